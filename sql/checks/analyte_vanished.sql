-- one row per site and analyte that used to come and has now been absent for longer than ever before
WITH nights AS (
    SELECT night, row_number() OVER (ORDER BY night DESC) AS age
    FROM run.measure
    WHERE measure = 'rows' AND amount > 0 AND occasion IS DISTINCT FROM 'backfill' AND night < $number
),
sent AS (
    SELECT
        measured.site,
        measured.analyte,
        measured.amount,
        nights.age,
        nights.age - lag(nights.age) OVER (PARTITION BY measured.site, measured.analyte ORDER BY nights.age) - 1
            AS absent
    FROM run.measure AS measured
    INNER JOIN nights ON measured.night = nights.night
    WHERE measured.measure = 'results' AND nights.age <= $nights
),
habits AS (
    SELECT
        site,
        analyte,
        min(age) AS nights_absent,  -- with tonight
        coalesce(max(absent), 0) AS longest_before,
        count(*) AS nights_sent,
        max(age) AS nights,
        sum(amount) / max(age) AS usual
    FROM sent
    GROUP BY site, analyte
),
tonight AS (
    SELECT site, analyte
    FROM run.measure
    WHERE measure = 'results' AND night = $number
)
SELECT
    habits.site,
    habits.analyte,
    round(habits.usual, 1) AS usual,
    habits.nights_absent,
    habits.longest_before,
    habits.nights
FROM habits
SEMI JOIN tonight ON habits.site = tonight.site
ANTI JOIN tonight AS still ON habits.site = still.site AND habits.analyte = still.analyte
WHERE habits.nights >= $enough
    AND habits.nights_sent >= $share * habits.nights
    AND habits.usual >= $least
    AND habits.nights_absent > habits.longest_before
ORDER BY habits.site, habits.analyte
