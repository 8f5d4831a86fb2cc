-- One row per rule and missing test or reason: patients, and patients whom this one test would decide.
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
    count(distinct patient_id) filter (where lacking = 1) as would_decide,
    count(distinct patient_id) as patients
from reasons
group by rule_id, reason
order by rule_id, patients desc, reason
