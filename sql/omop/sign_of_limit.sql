-- no rows; a macro: the sign of a limit in words as the hospital wrote them (<5, > 1,500 ng/mL, less than 5), where its
-- number is the one that was loaded; null for other words
CREATE TEMP MACRO sign_of_limit(words, number) AS
CASE
    WHEN NOT regexp_matches(words, '^\s*([<>≤≥]|less|greater)', 'i') THEN NULL
    WHEN
        try_cast(
            -- what follows may be a unit or a flag, but no second number, as of a range
            replace(
                regexp_extract(
                    words,
                    '^\s*(?:[<>]=?|≤|≥|less than|greater than)\s*((?:\d{1,3}(?:,\d{3})+|\d*)(?:\.\d+)?)(?:\s*|\s*[^\d\s.,–-].*)$',
                    1, 'i'
                ),
                ',', ''
            ) AS DOUBLE
        ) = try_cast(number AS DOUBLE)
        THEN
            CASE
                WHEN regexp_matches(words, '^\s*(<=|≤)') THEN '<='
                WHEN regexp_matches(words, '^\s*(>=|≥)') THEN '>='
                WHEN regexp_matches(words, '^\s*(<|less)', 'i') THEN '<'
                ELSE '>'
            END
END
