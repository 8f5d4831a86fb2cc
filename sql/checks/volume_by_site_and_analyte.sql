-- one row per site and analyte of which tonight brought more or fewer results than its past nights allow
WITH nights AS (
    -- nights that brought laboratory rows, but for a first one, which brings years
    SELECT night, row_number() OVER (ORDER BY night DESC) AS age
    FROM run.measure
    WHERE measure = 'rows' AND amount > 0 AND occasion IS DISTINCT FROM 'backfill' AND night < $number
),
sent AS (
    SELECT measured.site, measured.analyte, nights.age, measured.amount
    FROM run.measure AS measured
    INNER JOIN nights ON measured.night = nights.night
    WHERE measured.measure = 'results' AND nights.age <= $nights
),
pairs AS (
    SELECT site, analyte, max(age) AS known FROM sent GROUP BY site, analyte
),
every AS (
    SELECT pairs.site, pairs.analyte, nights.age, coalesce(sent.amount, 0) AS amount
    FROM pairs
    INNER JOIN nights ON nights.age <= pairs.known
    LEFT JOIN sent
        ON sent.site = pairs.site AND sent.analyte = pairs.analyte AND sent.age = nights.age
),
moved AS (
    SELECT *, abs(amount - lag(amount) OVER (PARTITION BY site, analyte ORDER BY age DESC)) AS moved
    FROM every
),
limits AS (
    SELECT site, analyte, avg(amount) AS center, $width * avg(moved) AS reach, count(*) AS nights
    FROM moved
    GROUP BY site, analyte
),
tonight AS (
    SELECT site, analyte, amount
    FROM run.measure
    WHERE measure = 'results' AND night = $number
),
alive AS (
    -- a site that sent nothing at all is a matter of freshness
    SELECT DISTINCT site FROM tonight
)
SELECT
    limits.site,
    limits.analyte,
    coalesce(tonight.amount, 0) AS tonight,
    round(greatest(limits.center - greatest(limits.reach, $least, $share * limits.center), 0), 1) AS least_expected,
    round(limits.center + greatest(limits.reach, $least, $share * limits.center), 1) AS most_expected,
    limits.nights
FROM limits
INNER JOIN alive ON limits.site = alive.site
LEFT JOIN tonight ON limits.site = tonight.site AND limits.analyte = tonight.analyte
WHERE limits.nights >= $enough
    AND abs(coalesce(tonight.amount, 0) - limits.center)
        > greatest(limits.reach, $least, $share * limits.center)
ORDER BY limits.site, limits.analyte
