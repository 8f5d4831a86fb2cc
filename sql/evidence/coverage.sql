-- one row per stretch of time in which a domain of a patient of the bucket is observed
SELECT
    patient_id,
    domain,
    observed_from,
    observed_to
FROM read_parquet($coverage)
WHERE patient_id IN (SELECT patient_id FROM read_parquet($results))
    OR patient_id IN (SELECT patient_id FROM read_parquet($reported))
