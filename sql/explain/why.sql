-- One row per index draw, rule, criterion and input of the patient from the first day up to the day asked about.
select
    rule_id, index_collected_at, criterion_id, says, verdict, input, value, unit, collected_at, specimen_id,
    source_value, source_unit, threshold, citation
from screen.why
where patient_id = $patient_id
  and cast(index_collected_at as date) between $first_day and $as_of
