-- one row per procedure of a hospital stay coded in ICD-10-PCS, and per ICD-9 procedure that a rule reads
COPY (
    WITH procedure AS (
        SELECT
            *,
            replace(trim(icd_code), '.', '') AS bare
        FROM procedures_icd
    )

    SELECT
        procedure.subject_id AS patient_id,
        'procedure' AS kind,
        coalesce(icd9_procedure.code_system, 'ICD10PCS') AS code_system,
        coalesce(icd9_procedure.code, procedure.bare) AS code,
        procedure.chartdate AS start_date,
        NULL::VARCHAR AS end_date,
        procedure.source_file,
        procedure.source_line
    FROM procedure
    LEFT JOIN icd9_procedure ON procedure.icd_version = '9' AND procedure.bare = icd9_procedure.icd9
    WHERE procedure.icd_version <> '9' OR icd9_procedure.code IS NOT NULL
) TO $target (FORMAT parquet)
