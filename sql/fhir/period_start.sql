-- macro: when an Observation was made, where it is not said as a moment
CREATE OR REPLACE TEMP MACRO period_start(source) AS
coalesce(
    json_extract_string(source, '$.effectiveInstant'),
    json_extract_string(source, '$.effectivePeriod.start'),
    json_extract_string(source, '$.effectivePeriod.end')
)
