-- one row per drug concept in use and code that names it: its ATC classes, else those its name gives, else its RxNorm ingredients, else itself
CREATE TEMP TABLE drug_code AS
WITH RECURSIVE used AS (
    SELECT DISTINCT try_cast(drug_concept_id AS BIGINT) AS drug FROM drug_exposure
),

above AS (
    SELECT
        ancestor.concept_id AS drug,
        ancestor.above_id AS concept_id
    FROM ancestor
    INNER JOIN used ON ancestor.concept_id = used.drug
),

-- Without CONCEPT_ANCESTOR: from a drug to its components and ingredients, from pack and brand to what they hold.
edge AS MATERIALIZED (
    SELECT
        try_cast(concept_id_1 AS BIGINT) AS concept_id,
        try_cast(concept_id_2 AS BIGINT) AS next_id
    FROM concept_relationship
    WHERE
        relationship_id IN (
            'RxNorm has ing', 'Consists of', 'Tradename of', 'Contains', 'Quantified form of', 'RxNorm is a', 'Maps to'
        )
        AND invalid_reason IS NULL
        AND concept_id_1 <> concept_id_2
        AND NOT EXISTS (SELECT 1 FROM above)
),

walk (drug, concept_id) AS (
    SELECT
        drug,
        drug AS concept_id
    FROM used
    UNION
    SELECT
        walk.drug,
        edge.next_id AS concept_id
    FROM walk
    INNER JOIN edge ON walk.concept_id = edge.concept_id
),

reached AS (
    SELECT * FROM above
    UNION
    SELECT * FROM walk
),

class_of AS (
    SELECT
        reached.drug,
        class.code
    FROM reached
    INNER JOIN term AS class ON reached.concept_id = class.concept_id
    WHERE class.vocabulary = 'ATC' AND length(class.code) = 7
    UNION
    -- the class a drug form belongs to, or an ingredient as its own member; not as part of a combination
    SELECT
        reached.drug,
        class.code
    FROM concept_relationship AS relation
    INNER JOIN term AS class ON try_cast(relation.concept_id_1 AS BIGINT) = class.concept_id
    INNER JOIN reached ON try_cast(relation.concept_id_2 AS BIGINT) = reached.concept_id
    WHERE
        relation.relationship_id IN ('ATC - RxNorm', 'ATC - RxNorm pr lat')
        AND relation.invalid_reason IS NULL
        AND class.vocabulary = 'ATC'
        AND length(class.code) = 7
        AND NOT EXISTS (SELECT 1 FROM above)
),

ingredient_of AS (
    SELECT
        reached.drug,
        term.code
    FROM reached
    INNER JOIN term ON reached.concept_id = term.concept_id
    WHERE term.vocabulary = 'RxNorm' AND term.is_ingredient
),

product AS (
    SELECT
        try_cast(concept_id AS BIGINT) AS drug,
        any_value(vocabulary_id) AS vocabulary,
        any_value(concept_code) AS code,
        any_value(lower(concept_name)) AS name
    FROM concept
    WHERE try_cast(concept_id AS BIGINT) IN (SELECT drug FROM used)
    GROUP BY try_cast(concept_id AS BIGINT)
),

-- A download of the vocabularies may lack ATC, and value sets list few RxNorm ingredients: a name says what is in a drug.
named AS (
    SELECT
        drug,
        unnest(classes_by_name(name)) AS code
    FROM product
    WHERE drug NOT IN (SELECT drug FROM class_of)
),

coded AS (
    SELECT
        drug,
        'ATC' AS code_system,
        code
    FROM class_of
    UNION ALL
    SELECT
        drug,
        'ATC' AS code_system,
        code
    FROM named
    UNION ALL
    SELECT
        drug,
        'RXNORM' AS code_system,
        code
    FROM ingredient_of
    WHERE drug NOT IN (SELECT drug FROM class_of) AND drug NOT IN (SELECT drug FROM named)
    UNION ALL
    SELECT
        drug,
        CASE vocabulary WHEN 'ATC' THEN 'ATC' ELSE 'RXNORM' END AS code_system,
        code
    FROM product
    WHERE
        vocabulary IN ('RxNorm', 'ATC')
        AND drug NOT IN (SELECT drug FROM class_of)
        AND drug NOT IN (SELECT drug FROM ingredient_of)
        AND drug NOT IN (SELECT drug FROM named)
)

SELECT
    coded.drug,
    coded.code_system,
    coded.code,
    product.name
FROM coded
INNER JOIN product ON coded.drug = product.drug
-- the iron in the last week of a contraceptive is not a treatment with iron
WHERE NOT (
    (starts_with(coded.code, 'B03A') OR coded.code_system = 'RXNORM')
    AND regexp_matches(product.name, 'estradiol|mestranol')
    AND contains(product.name, 'ferrous')
)
