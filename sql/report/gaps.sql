-- One row per time to care with at least one episode, over all patients, in the order of the measures.
select metric, says, n, events, median_days, pct_14, pct_30, pct_90, pct_180
from screen.gap_metric
where stratum = 'all'
order by rowid
