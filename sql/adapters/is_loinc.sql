-- no rows; a macro: whether a text is a LOINC code by its form and its check digit (Luhn's, as LOINC prints it)
CREATE TEMP MACRO is_loinc(code) AS
CASE
    WHEN regexp_full_match(code, '\d{1,6}-\d') THEN (
        list_sum(
            list_transform(
                string_split(reverse(split_part(code, '-', 1)), ''),
                lambda digit, place: digit::INTEGER * (1 + place % 2) - 9 * (place % 2 * (digit::INTEGER // 5))
            )
        ) + split_part(code, '-', 2)::INTEGER
    ) % 10 = 0
    ELSE FALSE
END
