-- one row per analyte and unit text that could not be used
CREATE VIEW quality.unknown_units AS
SELECT
    analyte,
    coalesce(detail, '') AS unit,
    count(*) AS rows
FROM quality.flag
WHERE flag IN ('UNIT_UNKNOWN', 'UNIT_MISSING')
GROUP BY ALL
