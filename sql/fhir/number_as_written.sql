-- macro: a number of a resource as the source wrote it (58.000), where reading it has changed its digits. Most stand as
-- the first condition says; it looks for a word that begins with Q, for a text is searched the faster, the rarer the
-- letter that is sought
CREATE OR REPLACE MACRO number_as_written(number, source) AS
CASE
    WHEN number IS NULL OR contains(source, concat('Quantity":{"value":', number, ',')) THEN number
    WHEN contains(source, concat('value":', number, ',')) OR contains(source, concat('value": ', number, ',')) THEN number
    WHEN contains(source, concat('value":', number, '}')) THEN number
    ELSE coalesce(
        list_filter(
            regexp_extract_all(source, '"value"\s*:\s*"?(-?[0-9][0-9.eE+-]*)', 1),
            written -> try_cast(written AS DOUBLE) = try_cast(number AS DOUBLE)
        )[1],
        number
    )
END
