-- macro: a time of HL7 (YYYYMMDDHHMMSS.SSSS+ZZZZ) as the extract has it; zone: of the sender, for times without their
-- own. Anything else, such as a year alone, stays as it is.
CREATE OR REPLACE MACRO moment(field, zone) AS
CASE
    WHEN field IS NULL OR NOT regexp_full_match(field, '\d{8}(\d\d(\d\d(\d\d(\.\d+)?)?)?)?([+-]\d{4})?') THEN field
    WHEN length(field) = 14
        THEN concat(
            field[1:4], '-', field[5:6], '-', field[7:8], ' ', field[9:10], ':', field[11:12], ':', field[13:14], zone
        )
    -- a day alone, or with a zone that says nothing of a day
    WHEN length(field) IN (8, 13) THEN regexp_replace(field, '(....)(..)(..).*', '\1-\2-\3')
    ELSE concat(
        regexp_replace(
            rpad(regexp_extract(field, '^\d+'), 14, '0'), '(....)(..)(..)(..)(..)(..)', '\1-\2-\3 \4:\5:\6'
        ),
        coalesce(nullif(regexp_extract(field, '[+-]\d{4}$'), ''), zone)
    )
END
