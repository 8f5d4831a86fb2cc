-- one row per patient of the bucket who is on file
SELECT
    patient_id,
    sex,
    birth_date,
    CASE WHEN death_date < $seen_until THEN death_date END AS death_date,
    duffy_null,
    residence_elevation_m
FROM read_parquet($patients)
WHERE patient_id IN (SELECT patient_id FROM read_parquet($results))
    OR patient_id IN (SELECT patient_id FROM read_parquet($reported))
