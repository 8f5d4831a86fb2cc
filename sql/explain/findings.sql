-- One row per index draw and rule of the patient that is met or indeterminate, the newest draw first.
select rule_id, index_collected_at, status, tier, missing, caveats
from screen.finding
where patient_id = $patient_id
  and cast(index_collected_at as date) between $first_day and $as_of
order by rule_id, index_collected_at desc
