-- macro: the unit of a value that is a range
CREATE OR REPLACE MACRO range_unit(source) AS
coalesce(
    json_extract_string(source, '$.valueRange.low.code'),
    json_extract_string(source, '$.valueRange.high.code'),
    json_extract_string(source, '$.valueRange.low.unit'),
    json_extract_string(source, '$.valueRange.high.unit')
)
