-- one row per concept that can be a diagnosis or procedure: its code system in the canonical extract, and its code
CREATE TEMP TABLE event_code AS
SELECT
    concept_id,
    CASE
        WHEN vocabulary IN ('ICD10CM', 'ICD9CM') THEN 'diagnosis'
        WHEN vocabulary = 'SNOMED' THEN 'either'
        ELSE 'procedure'
    END AS kind,
    CASE vocabulary
        WHEN 'CPT4' THEN 'CPT'
        WHEN 'ICD9Proc' THEN 'ICD10PCS'
        ELSE vocabulary
    END AS code_system,
    -- 99.04 is transfusion of packed cells. Other ICD-9 procedures have no code system in the extract; called ICD9CM
    -- they would be taken for diagnoses that begin with the same digits.
    CASE WHEN vocabulary = 'ICD9Proc' THEN '30233N1' ELSE code END AS code
FROM term
WHERE
    vocabulary IN ('ICD10CM', 'ICD9CM', 'SNOMED', 'CPT4', 'HCPCS', 'ICD10PCS')
    OR (vocabulary = 'ICD9Proc' AND replace(code, '.', '') = '9904')
