-- one row per patient, flag and column on which rows of the small tables disagree: how many values, and where they are
CREATE VIEW quality.patient_conflicts AS
SELECT
    patient_id,
    flag,
    split_part(detail, ': ', 1) AS column_name,
    max(TRY_CAST(split_part(detail, ': ', 2) AS INTEGER)) AS value_count,
    coalesce(
        list(DISTINCT concat(source_file, ':', source_line) ORDER BY concat(source_file, ':', source_line))
            FILTER (WHERE source_file IS NOT NULL),
        []
    ) AS sources
FROM quality.flag
WHERE flag IN ('CONFLICTING_PATIENT', 'CONFLICTING_VALUE', 'CONFLICTING_MERGE', 'MERGED_PATIENTS_DIFFER')
GROUP BY patient_id, flag, column_name
