-- one row per site, analyte and month whose median is far from what is expected, the newest first.
SELECT site, analyte, month, rows, median, median_low, median_high, expected, expected_low, expected_high, unit
FROM quality.site_unit_drift
ORDER BY month DESC, site, analyte
LIMIT 40
