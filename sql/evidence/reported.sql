-- one row per result of the bucket that was reported by the night but whose value could not be used
SELECT
    patient_id,
    collected_at,
    specimen_id,
    analyte,
    reason,
    is_blood_count
FROM read_parquet($reported)
WHERE reason IS NOT NULL
    AND collected_at < $seen_until
