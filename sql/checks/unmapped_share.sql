-- at most one row: the share of tonight's laboratory rows of tests that no rule reads, where it is above its past
WITH shares AS (
    SELECT whole.run_id, whole.occasion, 100.0 * part.amount / whole.amount AS percent
    FROM run.measure AS whole
    INNER JOIN run.measure AS part ON whole.run_id = part.run_id
    WHERE whole.measure = 'rows' AND whole.amount > 0 AND part.measure = 'ignored' AND whole.run_id <= $run_id
),
aged AS (
    SELECT *, row_number() OVER (ORDER BY run_id DESC) AS age
    FROM shares
    WHERE run_id < $run_id AND occasion IS DISTINCT FROM 'backfill'
),
moved AS (
    SELECT percent, abs(percent - lag(percent) OVER (ORDER BY run_id)) AS moved
    FROM aged
    WHERE age <= $nights
),
limits AS (
    SELECT avg(percent) AS center, $width * avg(moved) AS reach, count(*) AS nights
    FROM moved
)
SELECT
    round(tonight.percent, 2) AS percent,
    round(limits.center + greatest(limits.reach, $least, $share * limits.center), 2) AS percent_allowed,
    limits.nights
FROM shares AS tonight
CROSS JOIN limits
WHERE tonight.run_id = $run_id
    AND limits.nights >= $enough
    AND tonight.percent - limits.center > greatest(limits.reach, $least, $share * limits.center)
