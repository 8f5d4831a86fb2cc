-- no rows; a macro: a floating-point number as text, whole numbers without a fraction so that they match an id's text
CREATE TEMP MACRO number_text(number) AS
CASE
    WHEN isnan(number) THEN NULL
    WHEN abs(number) < 1e15 AND number = floor(number) THEN number::BIGINT::VARCHAR
    ELSE number::VARCHAR
END
