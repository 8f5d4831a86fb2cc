-- one row per current result of the bucket that the night may see
SELECT
    patient_id,
    specimen_id,
    collected_at,
    resulted_at,
    analyte,
    value_low,
    value_high,
    source_value,
    source_unit,
    code,
    status,
    site,
    method,
    flags
FROM read_parquet($results)
WHERE superseded_at IS NULL
    AND collected_at < $seen_until
