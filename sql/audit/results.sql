-- one row per site and analyte: results that came tonight, and the newest collection time up to the night
SELECT
    coalesce(site, '') AS site,
    analyte,
    count(*) AS amount,
    max(collected_at) FILTER (WHERE collected_at < $seen_until) AS newest
FROM read_parquet($pieces)
WHERE loaded_at = $loaded_at
GROUP BY ALL
ORDER BY site, analyte
