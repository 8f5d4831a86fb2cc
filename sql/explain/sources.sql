-- One row per result in force of the patient, as it was received.
select
    patient_id,
    analyte,
    collected_at,
    value_low,
    value_high,
    specimen_id,
    source_value,
    source_unit
from lab.result
where patient_id = $patient_id
  and superseded_at is null
