-- One row per rule and missing test or reason: patients, and patients whom this one test would decide.
-- (a patient has one deciding finding of a rule, and it names a reason once)
with undecided as (
    select patient_id, rule_id, missing
    from cohort.deciding_finding
    where status = 'indeterminate'
),
reasons as (
    select patient_id, rule_id, unnest(missing) as reason, len(missing) as lacking
    from undecided
)
select
    rule_id,
    reason,
    count(*) filter (where lacking = 1) as would_decide,
    count(*) as patients
from reasons
group by rule_id, reason
order by rule_id, patients desc, reason
