-- one row per analyte and unit that could not be used, over all sites, the most frequent first.
SELECT analyte, unit, CAST(sum(rows) AS BIGINT) AS rows
FROM quality.unknown_units
GROUP BY analyte, unit
ORDER BY rows DESC, analyte, unit
LIMIT 25
