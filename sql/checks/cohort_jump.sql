-- one row per rule whose cohort changed tonight beyond the control limits of its past changes, without a reason
WITH counted AS (
    SELECT
        rule_id, night, occasion, amount,
        amount - lag(amount) OVER (PARTITION BY rule_id ORDER BY night) AS change
    FROM run.measure
    WHERE measure = 'members' AND night <= $number
),
aged AS (
    SELECT *, row_number() OVER (PARTITION BY rule_id ORDER BY night DESC) AS age
    FROM counted
    WHERE night < $number AND change IS NOT NULL AND occasion IS NULL
),
moved AS (
    SELECT rule_id, change, abs(change - lag(change) OVER (PARTITION BY rule_id ORDER BY night)) AS moved
    FROM aged
    WHERE age <= $nights
),
limits AS (
    SELECT rule_id, avg(change) AS center, $width * avg(moved) AS reach, count(*) + 1 AS nights
    FROM moved
    GROUP BY rule_id
)
SELECT
    tonight.rule_id,
    tonight.amount - tonight.change AS last_night,
    tonight.amount AS tonight,
    round(limits.center - limits.reach, 1) AS least_change,
    round(limits.center + limits.reach, 1) AS most_change,
    limits.nights
FROM counted AS tonight
INNER JOIN limits ON tonight.rule_id = limits.rule_id
WHERE tonight.night = $number
    AND tonight.occasion IS NULL
    AND limits.nights >= $enough
    AND abs(tonight.change - limits.center)
        > greatest(limits.reach, $least, $share * (tonight.amount - tonight.change))
ORDER BY tonight.rule_id
