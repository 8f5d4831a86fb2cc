-- one row per site: usable results in force and the newest collection day
SELECT site, results, newest, $as_of - newest AS days_before_night
FROM run.site_results
ORDER BY results DESC, site
LIMIT 40
