-- one row per clinical event, seen by the night, of a patient of the bucket
SELECT
    patient_id,
    kind,
    code_system,
    code,
    start_date,
    end_date
FROM read_parquet($events)
WHERE start_date < $seen_until
    AND (
        patient_id IN (SELECT patient_id FROM read_parquet($results))
        OR patient_id IN (SELECT patient_id FROM read_parquet($reported))
    )
