-- one row per concept whose code, unit, name or specialty the other statements may ask for
CREATE TEMP TABLE term AS
SELECT
    try_cast(concept_id AS BIGINT) AS concept_id,
    vocabulary_id AS vocabulary,
    concept_code AS code,
    domain_id AS domain,
    -- names of drugs and diseases are not shown, and there are millions
    CASE
        WHEN domain_id IN ('Measurement', 'Meas Value', 'Unit', 'Provider', 'Route') OR vocabulary_id = 'LOINC'
            THEN concept_name
    END AS name,
    concept_class_id = 'Ingredient' AS is_ingredient
FROM concept
WHERE
    vocabulary_id IN (
        'LOINC', 'UCUM', 'ICD10CM', 'ICD9CM', 'SNOMED', 'ICD10PCS', 'ICD9Proc', 'CPT4', 'HCPCS', 'RxNorm', 'ATC', 'CDM'
    )
    OR domain_id IN ('Measurement', 'Meas Value', 'Unit', 'Provider', 'Route')
