-- One row: findings that rest on a result whose unit was inferred, by status, and all findings.
select
    count(*) filter (where list_has_any(caveats, $flags)) as findings,
    count(*) filter (where list_has_any(caveats, $flags) and status = 'met') as met,
    count(distinct patient_id) filter (where list_has_any(caveats, $flags)) as patients,
    count(*) as all_findings
from screen.finding
