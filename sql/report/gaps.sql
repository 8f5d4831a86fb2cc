-- one row per time to care with at least one episode, over all patients, in the order of the measures.
SELECT metric, says, n, events, median_days, pct_14, pct_30, pct_90, pct_180
FROM screen.gap_metric
WHERE stratum = 'all'
ORDER BY rowid
