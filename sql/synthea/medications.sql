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
        CASE
            -- by mouth or under the skin methotrexate is the low weekly dose against inflammation
            WHEN
                drug.atc = 'L01BA01'
                AND regexp_matches(medication.description, '\b(oral|tablet|subcutaneous|auto-injector)\b', 'i')
                THEN 'L04AX03'
            ELSE coalesce(drug.atc, medication.code)
        END AS code,
        medication.start AS start_date,
        medication.stop AS end_date,
        medication.source_file,
        medication.source_line
    FROM medications AS medication
    INNER JOIN drug ON medication.description IS NOT DISTINCT FROM drug.description
    -- on skin, eye, ear or mucosa these drugs do not reach the marrow
    WHERE NOT regexp_matches(
        coalesce(medication.description, ''), '\b(topical|ophthalmic|otic|nasal|vaginal|inhal\w*|mouthwash)\b', 'i'
    )
) TO $target (FORMAT parquet)
