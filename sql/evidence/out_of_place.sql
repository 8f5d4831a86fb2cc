-- one row per current result of the bucket collected after the night, before the birth or after the death of its patient
SELECT
    result.patient_id,
    result.specimen_id,
    result.collected_at,
    result.analyte,
    result.source_file,
    result.source_line,
    result.collected_at >= $seen_until AS after_night,
    result.collected_at < patient.birth_date AS before_birth,
    result.collected_at >= patient.death_date + 1 AS after_death
FROM read_parquet($results) AS result
LEFT JOIN read_parquet($patients) AS patient USING (patient_id)
WHERE result.superseded_at IS NULL
    AND (
        result.collected_at >= $seen_until
        OR result.collected_at < patient.birth_date
        OR result.collected_at >= patient.death_date + 1
    )
