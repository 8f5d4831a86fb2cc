-- One row per site, analyte and month whose median is far from what is expected, the newest first.
select site, analyte, month, rows, median, median_low, median_high, expected, expected_low, expected_high, unit
from quality.site_unit_drift
order by month desc, site, analyte
limit 40
