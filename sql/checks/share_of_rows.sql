-- at most one row: the share of tonight's laboratory rows that met a fate, where it is above its past
WITH shares AS (
    SELECT whole.night, whole.occasion, 100.0 * part.amount / whole.amount AS percent
    FROM run.measure AS whole
    INNER JOIN run.measure AS part ON whole.night = part.night
    WHERE whole.measure = 'rows' AND whole.amount > 0 AND part.measure = $fate AND whole.night <= $number
),
aged AS (
    SELECT *, row_number() OVER (ORDER BY night DESC) AS age
    FROM shares
    WHERE night < $number AND occasion IS DISTINCT FROM 'backfill'
),
moved AS (
    SELECT percent, abs(percent - lag(percent) OVER (ORDER BY night)) AS moved
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
WHERE tonight.night = $number
    AND limits.nights >= $enough
    AND tonight.percent - limits.center > greatest(limits.reach, $least, $share * limits.center)
