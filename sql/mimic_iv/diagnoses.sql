-- one row per coded diagnosis of a hospital stay, lasting from the stay's first to its last day
COPY (
    WITH stay AS (
        SELECT
            hadm_id,
            min(least(try_cast(admittime AS TIMESTAMP), try_cast(edregtime AS TIMESTAMP))::DATE) AS first_day,
            max(try_cast(dischtime AS TIMESTAMP)::DATE) AS last_day
        FROM admissions
        GROUP BY hadm_id
    ),

    diagnosis AS (
        SELECT
            *,
            trim(icd_code) AS bare,
            -- the dot stands after the third character, in external causes of ICD-9 after the fourth
            CASE WHEN icd_version = '9' AND trim(icd_code) ILIKE 'E%' THEN 4 ELSE 3 END AS stem
        FROM diagnoses_icd
    )

    SELECT
        diagnosis.subject_id AS patient_id,
        'diagnosis' AS kind,
        concat('ICD', diagnosis.icd_version, 'CM') AS code_system,
        CASE
            WHEN length(diagnosis.bare) > diagnosis.stem AND NOT contains(diagnosis.bare, '.')
                THEN concat(left(diagnosis.bare, diagnosis.stem), '.', substr(diagnosis.bare, diagnosis.stem + 1))
            ELSE diagnosis.bare
        END AS code,
        stay.first_day::VARCHAR AS start_date,
        stay.last_day::VARCHAR AS end_date,
        diagnosis.source_file,
        diagnosis.source_line
    FROM diagnosis
    LEFT JOIN stay ON diagnosis.hadm_id = stay.hadm_id
) TO $target (FORMAT parquet)
