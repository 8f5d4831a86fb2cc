-- one row per SNOMED concept whose descendants all mean what it means to every rule: where value sets list it, they also
-- list the whole of the ICD-10-CM categories that stand beside it. Others that are listed are wider than their set (chronic
-- kidney disease of any stage, malignant disease of the skin, transfusion of any blood product), and their descendants may
-- be just what a set leaves out
CREATE TEMP TABLE whole_concept AS
SELECT
    term.concept_id,
    term.code
FROM (
    VALUES
        ('84114007', 'I50'), -- heart failure
        ('34000006', 'K50'), -- Crohn disease
        ('64766004', 'K51'), -- ulcerative colitis
        ('55464009', 'M32'), -- systemic lupus erythematosus
        ('46177005', 'N18.6'), -- end-stage renal disease
        ('19943007', 'K74'), -- cirrhosis of liver
        ('109995007', 'D46'), -- myelodysplastic syndrome
        ('93143009', 'C91 C92 C93 C94 C95'), -- leukemia
        ('118600007', 'C81 C82 C83 C84 C85 C86'), -- malignant lymphoma
        ('109989006', 'C90'), -- multiple myeloma
        ('35240004', 'D50 E61.1'), -- iron deficiency
        ('87522002', 'D50'), -- iron deficiency anemia
        ('40108008', 'D56'), -- thalassemia
        ('19442009', 'D56.3'), -- heterozygous thalassemia
        ('417357006', 'D57') -- sickling disorder due to hemoglobin S
) AS whole (code, categories)
INNER JOIN term ON whole.code = term.code AND term.vocabulary = 'SNOMED'
