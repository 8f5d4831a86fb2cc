-- one row per site whose newest result is older than its past delays allow
WITH nights AS (
    SELECT night, as_of, row_number() OVER (ORDER BY night DESC) - 1 AS age  -- tonight is 0
    FROM run.measure
    WHERE measure = 'rows' AND night <= $number
),
seen AS (
    SELECT site, night, max(newest) AS newest
    FROM run.measure
    WHERE measure = 'results'
    GROUP BY site, night
),
sites AS (
    SELECT seen.site, max(nights.age) AS known
    FROM seen
    INNER JOIN nights ON seen.night = nights.night
    GROUP BY seen.site
    HAVING min(nights.age) <= $nights  -- a site that has long sent nothing is not waited for
),
delays AS (
    SELECT
        sites.site,
        nights.age,
        date_diff(
            'day',
            cast(max(seen.newest) OVER (PARTITION BY sites.site ORDER BY nights.night) AS DATE),
            nights.as_of
        ) AS days
    FROM sites
    INNER JOIN nights ON nights.age <= sites.known
    LEFT JOIN seen ON seen.site = sites.site AND seen.night = nights.night
),
moved AS (
    SELECT site, days, abs(days - lag(days) OVER (PARTITION BY site ORDER BY age DESC)) AS moved
    FROM delays
    WHERE age BETWEEN 1 AND $nights
),
limits AS (
    SELECT site, avg(days) AS center, $width * avg(moved) AS reach, count(days) AS nights
    FROM moved
    GROUP BY site
)
SELECT
    tonight.site,
    tonight.days AS days_old,
    round(limits.center + greatest(limits.reach, $least), 1) AS days_allowed,
    limits.nights
FROM delays AS tonight
INNER JOIN limits ON tonight.site = limits.site
WHERE tonight.age = 0
    AND limits.nights >= $enough
    AND tonight.days - limits.center > greatest(limits.reach, $least)
ORDER BY tonight.site
