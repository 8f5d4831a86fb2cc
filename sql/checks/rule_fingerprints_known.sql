-- one row per rule whose logic is not the recorded one of its version, or was another when it last judged under that
-- version; a change that was accepted once is what later nights are held to
WITH tonight AS (
    SELECT rule_id, rule_version, fingerprint, known, split_part(fingerprint, '/', 1) AS polars
    FROM run.measure
    WHERE measure = 'members' AND night = $number
),
last_time AS (
    -- a fingerprint begins with the version of Polars that wrote it, and only those of one version compare
    SELECT rule_id, rule_version, split_part(fingerprint, '/', 1) AS polars, arg_max(fingerprint, night) AS fingerprint
    FROM run.measure
    WHERE measure = 'members' AND night < $number
    GROUP BY ALL
),
otherwise AS (
    SELECT tonight.rule_id
    FROM tonight
    INNER JOIN last_time
        ON tonight.rule_id = last_time.rule_id
        AND tonight.rule_version = last_time.rule_version
        AND tonight.polars = last_time.polars
        AND tonight.fingerprint <> last_time.fingerprint
)
SELECT
    tonight.rule_id,
    tonight.rule_version,
    tonight.known AS recorded,
    otherwise.rule_id IS NOT NULL AS changed_under_its_version
FROM tonight
LEFT JOIN otherwise ON tonight.rule_id = otherwise.rule_id
WHERE NOT coalesce(tonight.known, true) OR otherwise.rule_id IS NOT NULL
ORDER BY tonight.rule_id
