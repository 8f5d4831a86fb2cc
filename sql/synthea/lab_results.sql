-- one row per observation, with its code, file and line; nothing is dropped
COPY (
    SELECT
        patient AS patient_id,
        date AS collected_at,
        code,
        value,
        -- scores of Synthea's own (QALY, DALY, QOLS) and SNOMED findings stand in the same column
        CASE WHEN regexp_full_match(code, '\d+-\d') THEN 'LOINC' END AS code_system,
        description AS name,
        units AS unit,
        source_file,
        source_line
    FROM observations
) TO $target (FORMAT parquet)
