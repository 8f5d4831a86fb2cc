-- one row per pair of CONCEPT_ANCESTOR that is asked for: what is above the drugs in use, and what is below a concept whose
-- descendants mean the same. The whole table may have eighty million rows; it is read once, and little of it is kept
CREATE TEMP TABLE ancestor AS
SELECT
    try_cast(ancestor_concept_id AS BIGINT) AS above_id,
    try_cast(descendant_concept_id AS BIGINT) AS concept_id
FROM concept_ancestor
WHERE
    try_cast(descendant_concept_id AS BIGINT) IN (SELECT try_cast(drug_concept_id AS BIGINT) FROM drug_exposure)
    OR try_cast(ancestor_concept_id AS BIGINT) IN (SELECT concept_id FROM whole_concept)
