-- one row per prescription and ATC class that its drug name gives and a rule may read; other prescriptions are left out
COPY (
    WITH prescription AS (
        SELECT
            *,
            lower(trim(drug)) AS name
        FROM prescriptions
    ),

    -- each distinct name once
    named AS (
        SELECT
            name,
            unnest(classes_by_name(name)) AS atc
        FROM (SELECT DISTINCT name FROM prescription)
    )

    SELECT
        prescription.subject_id AS patient_id,
        'medication' AS kind,
        'ATC' AS code_system,
        -- by mouth or under the skin methotrexate is the low weekly dose against inflammation
        CASE
            WHEN named.atc = 'L01BA01' AND regexp_matches(prescription.route, '^(PO|SC|NG|ORAL)', 'i') THEN 'L04AX03'
            ELSE named.atc
        END AS code,
        prescription.starttime AS start_date,
        prescription.stoptime AS end_date,
        prescription.source_file,
        prescription.source_line
    FROM prescription
    INNER JOIN named ON prescription.name = named.name
    -- on skin, eye, ear or mucosa, and as a catheter lock, these drugs do not reach the marrow
    WHERE NOT regexp_matches(
        coalesce(prescription.route, ''), 'EYE|EAR|OPH|TOP|^TP$|^O[DSU]$|VAG|LOCK|DWELL|^IH$|NEB|NASAL', 'i'
    )
) TO $target (FORMAT parquet)
