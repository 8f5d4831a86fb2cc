-- One row per missing test or reason: patients it alone keeps from a verdict, and patients who lack it with others.
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
    reason,
    count(distinct patient_id) filter (where lacking = 1) as would_decide,
    count(distinct patient_id) as patients,
    count(distinct rule_id) as cohorts
from reasons
group by reason
order by would_decide desc, patients desc, reason
