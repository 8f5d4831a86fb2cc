-- one row per result, report, event or death that is known of the patients of the bucket but lies after the night
SELECT
    patient_id,
    CAST(collected_at AS DATE) AS day
FROM read_parquet($results)
WHERE superseded_at IS NULL
    AND collected_at >= $seen_until
UNION
SELECT
    patient_id,
    CAST(collected_at AS DATE) AS day
FROM read_parquet($reported)
WHERE collected_at >= $seen_until
UNION
SELECT
    patient_id,
    start_date AS day
FROM read_parquet($events)
WHERE start_date >= $seen_until
UNION
SELECT
    patient_id,
    death_date AS day
FROM read_parquet($patients)
WHERE death_date >= $seen_until
