-- one row per ICD-9 procedure, without its dot, that a rule reads and that another code system says the same of. Others
-- have no code system in the extract; called ICD9CM they would be taken for diagnoses that begin with the same digits
CREATE TEMP TABLE icd9_procedure AS
SELECT *
FROM (
    VALUES
    ('9903', 'ICD10PCS', '30233H1'),  -- whole blood
    ('9904', 'ICD10PCS', '30233N1'),  -- packed cells
    ('4131', 'ICD10PCS', '07DT3ZX'),  -- biopsy of bone marrow
    ('4413', 'ICD10PCS', '0DJ68ZZ'),  -- gastroscopy
    ('4414', 'ICD10PCS', '0DB68ZX'),  -- endoscopic biopsy of the stomach
    ('4513', 'ICD10PCS', '0DJ08ZZ'),  -- where esophagogastroduodenoscopy without a biopsy is coded
    ('4516', 'ICD10PCS', '0DB68ZX'),  -- esophagogastroduodenoscopy with a biopsy
    ('4523', 'SNOMED', '73761001')    -- colonoscopy; of ICD-10-PCS no code says so and not sigmoidoscopy
) AS listed (icd9, code_system, code)
