-- one row per procedure of a hospital stay coded in ICD-10-PCS, and per ICD-9 transfusion of red cells
COPY (
    WITH procedure AS (
        SELECT
            *,
            replace(trim(icd_code), '.', '') AS bare
        FROM procedures_icd
    )

    SELECT
        subject_id AS patient_id,
        'procedure' AS kind,
        'ICD10PCS' AS code_system,
        -- 99.04 is transfusion of packed cells. Other ICD-9 procedures have no code system in the extract; called
        -- ICD9CM they would be taken for diagnoses that begin with the same digits.
        CASE WHEN icd_version = '9' THEN '30233N1' ELSE bare END AS code,
        chartdate AS start_date,
        NULL::VARCHAR AS end_date,
        source_file,
        source_line
    FROM procedure
    WHERE icd_version <> '9' OR bare = '9904'
) TO $target (FORMAT parquet)
