-- one row per result in force of the patient, as it was received.
SELECT
    patient_id,
    analyte,
    collected_at,
    value_low,
    value_high,
    specimen_id,
    source_value,
    source_unit
FROM lab.result
WHERE patient_id = $patient_id
  AND superseded_at IS NULL
