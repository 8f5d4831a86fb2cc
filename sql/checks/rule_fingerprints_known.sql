-- one row per rule whose logic is not the recorded one of its version, or was another on an earlier night
WITH tonight AS (
    SELECT rule_id, rule_version, fingerprint, known
    FROM run.measure
    WHERE measure = 'members' AND night = $number
),
otherwise AS (
    -- a fingerprint begins with the version of Polars that wrote it, and only those of one version compare
    SELECT DISTINCT tonight.rule_id
    FROM tonight
    INNER JOIN run.measure AS earlier
        ON tonight.rule_id = earlier.rule_id
        AND tonight.rule_version = earlier.rule_version
        AND split_part(tonight.fingerprint, '/', 1) = split_part(earlier.fingerprint, '/', 1)
        AND tonight.fingerprint <> earlier.fingerprint
    WHERE earlier.measure = 'members' AND earlier.night < $number
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
