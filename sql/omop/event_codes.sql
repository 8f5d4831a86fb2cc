-- one row per concept that can be a diagnosis or procedure and code that names it: its own, and those of the concepts above
-- it whose descendants mean what they mean
CREATE TEMP TABLE event_code AS
SELECT
    term.concept_id,
    CASE
        WHEN term.vocabulary IN ('ICD10CM', 'ICD9CM') THEN 'diagnosis'
        WHEN term.vocabulary = 'SNOMED' THEN 'either'
        ELSE 'procedure'
    END AS kind,
    CASE term.vocabulary
        WHEN 'CPT4' THEN 'CPT'
        WHEN 'ICD9Proc' THEN icd9_procedure.code_system
        ELSE term.vocabulary
    END AS code_system,
    CASE WHEN term.vocabulary = 'ICD9Proc' THEN icd9_procedure.code ELSE term.code END AS code
FROM term
LEFT JOIN icd9_procedure ON term.vocabulary = 'ICD9Proc' AND replace(term.code, '.', '') = icd9_procedure.icd9
WHERE
    term.vocabulary IN ('ICD10CM', 'ICD9CM', 'SNOMED', 'CPT4', 'HCPCS', 'ICD10PCS')
    OR icd9_procedure.code IS NOT NULL
UNION ALL
-- a cancer registry's concepts (ICD-O-3) are below those of SNOMED, so whatever is below counts
SELECT DISTINCT
    ancestor.concept_id,
    'either' AS kind,
    'SNOMED' AS code_system,
    whole_concept.code
FROM ancestor
INNER JOIN whole_concept ON ancestor.above_id = whole_concept.concept_id
WHERE ancestor.concept_id <> ancestor.above_id
