-- one row per event of the patient, as the night knows it. There is one patient, numbered 0.
SELECT CAST(0 AS BIGINT) AS patient, kind, code_system, code, start_date, end_date
FROM lab.clinical_event
WHERE patient_id = $patient_id
