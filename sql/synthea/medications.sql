-- one row per medication and ATC class that its name gives and a rule may read; else its RxNorm code
COPY (
    WITH drug AS (
        SELECT
            description,
            unnest(coalesce(classes_by_name(description), [NULL])) AS atc
        FROM (SELECT DISTINCT description FROM medications)
    )

    SELECT
        medication.patient AS patient_id,
        'medication' AS kind,
        CASE WHEN drug.atc IS NULL THEN 'RXNORM' ELSE 'ATC' END AS code_system,
        coalesce(methotrexate_class(drug.atc, medication.description), medication.code) AS code,
        medication.start AS start_date,
        medication.stop AS end_date,
        medication.source_file,
        medication.source_line
    FROM medications AS medication
    INNER JOIN drug ON medication.description IS NOT DISTINCT FROM drug.description
    WHERE NOT is_local(medication.description)
) TO $target (FORMAT parquet)
