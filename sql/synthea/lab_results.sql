-- one row per observation, with its code, file and line; nothing is dropped
COPY (
    SELECT
        patient AS patient_id,
        date AS collected_at,
        code,
        value,
        -- scores of Synthea's own (QALY, DALY, QOLS) and SNOMED findings stand in the same column
        CASE WHEN is_loinc(code) THEN 'LOINC' END AS code_system,
        NULL::VARCHAR AS specimen_id,
        NULL::VARCHAR AS resulted_at,
        description AS name,
        units AS unit,
        NULL::VARCHAR AS reference_low,
        NULL::VARCHAR AS reference_high,
        NULL::VARCHAR AS abnormal_flag,
        NULL::VARCHAR AS status,
        NULL::VARCHAR AS site,
        NULL::VARCHAR AS method,
        NULL::VARCHAR AS comment,
        NULL::VARCHAR AS result_id,
        source_file,
        source_line
    FROM observations
) TO $target (FORMAT parquet)
