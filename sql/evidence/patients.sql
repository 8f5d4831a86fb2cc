-- one row per patient of the bucket who is on file, with the strata that the source gives
SELECT * REPLACE (CASE WHEN death_date < $seen_until THEN death_date END AS death_date)
FROM read_parquet($patients)
WHERE patient_id IN (SELECT patient_id FROM read_parquet($results))
    OR patient_id IN (SELECT patient_id FROM read_parquet($reported))
