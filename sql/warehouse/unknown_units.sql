-- one row per analyte, unit text, site and flag for which results could not be used; no patient and no free text
CREATE VIEW quality.unknown_units AS
WITH rejected AS (
    SELECT
        analyte,
        trim(coalesce(unit, '')) AS unit,
        trim(coalesce(site, '')) AS site,
        unnest(reasons) AS flag,
        code,
        value
    FROM quality.quarantine
    WHERE table_name = 'lab_results'
),

counted AS (
    SELECT analyte, unit, site, flag, value, min(code) AS code, count(*) AS rows
    FROM rejected
    WHERE flag IN ('UNIT_UNKNOWN', 'UNIT_MISSING', 'UNIT_CONFLICT', 'HB_UNIT_AMBIGUOUS')
    GROUP BY ALL
)

SELECT
    analyte,
    unit,
    site,
    flag,
    CAST(sum(rows) AS BIGINT) AS rows,
    min(code) AS example_code,
    min(value, 3) FILTER (WHERE regexp_full_match(value, '[<>=]{0,2} ?[0-9.,]{1,12}')) AS example_values
FROM counted
GROUP BY ALL
