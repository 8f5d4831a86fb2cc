-- one row per procedure
COPY (
    SELECT
        patient AS patient_id,
        'procedure' AS kind,
        CASE WHEN system IS NULL OR contains(lower(system), 'snomed') THEN 'SNOMED' ELSE system END AS code_system,
        code,
        -- the column was called DATE before 2021
        coalesce(start, date) AS start_date,
        stop AS end_date,
        source_file,
        source_line
    FROM procedures
) TO $target (FORMAT parquet)
