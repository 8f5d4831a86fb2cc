-- one row per billed procedure: CPT where the code begins with a digit, else HCPCS
COPY (
    SELECT
        subject_id AS patient_id,
        'procedure' AS kind,
        CASE WHEN regexp_matches(trim(hcpcs_cd), '^\d') THEN 'CPT' ELSE 'HCPCS' END AS code_system,
        trim(hcpcs_cd) AS code,
        chartdate AS start_date,
        NULL::VARCHAR AS end_date,
        $hcpcsevents_file AS source_file,
        row_number() OVER () + 1 AS source_line
    FROM read_csv(
        $hcpcsevents, columns = $hcpcsevents_columns,
        auto_detect = FALSE, header = TRUE, delim = ',', quote = '"', escape = '"'
    )
) TO $target (FORMAT parquet)
