-- one row per site: newest collection time of a usable result
SELECT coalesce(site, '') AS site, count(*) AS results, max(collected_at) AS newest
FROM lab.result
WHERE superseded_at IS NULL
GROUP BY ALL
ORDER BY newest DESC, site
LIMIT 40
