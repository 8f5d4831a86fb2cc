-- one row per condition
COPY (
    SELECT
        patient AS patient_id,
        'diagnosis' AS kind,
        -- versions without the column wrote SNOMED CT only
        CASE
            WHEN system IS NULL OR contains(lower(system), 'snomed') THEN 'SNOMED'
            WHEN regexp_matches(lower(system), 'icd-?10') THEN 'ICD10CM'
            ELSE system
        END AS code_system,
        code,
        start AS start_date,
        stop AS end_date,
        source_file,
        source_line
    FROM conditions
) TO $target (FORMAT parquet)
