-- one row per site, analyte, unit and outcome of results that came without a unit, the most frequent first; where nobody can do anything about the outcome, all analytes of a site are one row (analyte is null unless there is only one)
SELECT
    site,
    CASE WHEN count(DISTINCT analyte) = 1 THEN min(analyte) END AS analyte,
    count(DISTINCT analyte) AS analytes,
    unit,
    outcome,
    count(DISTINCT month) AS months,
    CAST(sum(results) AS BIGINT) AS results
FROM quality.missing_units
GROUP BY
    site, unit, outcome,
    CASE WHEN outcome NOT IN ('too_few', 'switched_off', 'not_inferred') THEN missing_units.analyte END
ORDER BY results DESC, site, analyte, outcome
LIMIT 25
