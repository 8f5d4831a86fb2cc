-- one row per concept of a test: its LOINC code if it has one or is mapped to exactly one, else its own code
CREATE TEMP TABLE test AS
WITH mapped AS (
    SELECT
        try_cast(relation.concept_id_1 AS BIGINT) AS concept_id,
        min(target.code) AS loinc
    FROM concept_relationship AS relation
    INNER JOIN term AS target ON try_cast(relation.concept_id_2 AS BIGINT) = target.concept_id
    WHERE
        relation.relationship_id = 'Maps to'
        AND relation.invalid_reason IS NULL
        AND target.vocabulary = 'LOINC'
    GROUP BY try_cast(relation.concept_id_1 AS BIGINT)
    HAVING count(DISTINCT target.code) = 1
)

SELECT
    coalesce(term.concept_id, mapped.concept_id) AS concept_id,
    -- a LOINC code that was withdrawn is still what the laboratory sent
    CASE WHEN term.vocabulary = 'LOINC' OR mapped.loinc IS NULL THEN term.vocabulary ELSE 'LOINC' END AS system,
    CASE WHEN term.vocabulary = 'LOINC' OR mapped.loinc IS NULL THEN term.code ELSE mapped.loinc END AS code,
    term.name
FROM (SELECT * FROM term WHERE domain = 'Measurement' OR vocabulary = 'LOINC') AS term
FULL OUTER JOIN mapped ON term.concept_id = mapped.concept_id
