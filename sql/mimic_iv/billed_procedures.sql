-- one row per billed procedure: CPT where the code begins with a digit, else HCPCS
COPY (
    SELECT
        subject_id AS patient_id,
        'procedure' AS kind,
        CASE WHEN regexp_matches(trim(hcpcs_cd), '^\d') THEN 'CPT' ELSE 'HCPCS' END AS code_system,
        trim(hcpcs_cd) AS code,
        chartdate AS start_date,
        NULL::VARCHAR AS end_date,
        source_file,
        source_line
    FROM hcpcsevents
) TO $target (FORMAT parquet)
