-- One row per analyte and collection time of the patient: a result in force, as it was received.
select
    patient_id,
    analyte,
    collected_at,
    min(specimen_id) as specimen_id,
    arg_min(source_value, coalesce(specimen_id, '')) as source_value,
    arg_min(source_unit, coalesce(specimen_id, '')) as source_unit
from lab.result
where patient_id = $patient_id
  and superseded_at is null
group by patient_id, analyte, collected_at
