-- macro: the value of an Observation, or of a component, that is neither a quantity, a text nor a concept
CREATE OR REPLACE MACRO other_value(source) AS
coalesce(
    json_extract_string(source, '$.valueInteger'),
    json_extract_string(source, '$.valueBoolean'),
    json_extract_string(source, '$.valueDateTime'),
    json_extract_string(source, '$.valueTime'),
    -- a range with one end is a limit; one with two ends is not a result, and stays in words
    CASE
        WHEN json_extract_string(source, '$.valueRange.high.value') IS NULL
            THEN '>=' || json_extract_string(source, '$.valueRange.low.value')
        WHEN json_extract_string(source, '$.valueRange.low.value') IS NULL
            THEN '<=' || json_extract_string(source, '$.valueRange.high.value')
        ELSE concat_ws(
            ' to ', json_extract_string(source, '$.valueRange.low.value'),
            json_extract_string(source, '$.valueRange.high.value')
        )
    END,
    json_extract_string(source, '$.valueRatio.numerator.value')
    || ':' || json_extract_string(source, '$.valueRatio.denominator.value')
)
