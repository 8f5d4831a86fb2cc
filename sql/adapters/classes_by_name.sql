-- no rows; a macro: the ATC classes that a drug's name gives, one for each ingredient a rule may read
CREATE TEMP MACRO classes_by_name(drug) AS (
    SELECT list(class.atc ORDER BY class.atc)
    FROM (
        -- of two words of one class the longer decides (ferrous, ferrous gluconate)
        SELECT max_by(atc, length(word)) AS atc
        FROM ingredient
        WHERE
            regexp_matches(lower(drug), concat('(^|[^a-z])', word))
            -- a blinded trial: nobody knows what was given
            AND NOT contains(lower(drug), 'placebo')
            -- the iron in the last week of a contraceptive is not a treatment with iron
            AND NOT (starts_with(atc, 'B03A') AND regexp_matches(lower(drug), 'estradiol|mestranol'))
        GROUP BY left(atc, 4)
    ) AS class
)
