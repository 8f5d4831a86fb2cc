-- one row per missing test or reason: patients it alone keeps from a verdict, and patients who lack it with others.
WITH undecided AS (
    SELECT patient_id, rule_id, missing
    FROM cohort.deciding_finding
    WHERE status = 'indeterminate'
),
reasons AS (
    SELECT patient_id, rule_id, unnest(missing) AS reason, len(missing) AS lacking
    FROM undecided
)
SELECT
    reason,
    count(DISTINCT patient_id) FILTER (WHERE lacking = 1) AS would_decide,
    count(DISTINCT patient_id) AS patients,
    count(DISTINCT rule_id) AS cohorts
FROM reasons
GROUP BY reason
ORDER BY would_decide DESC, patients DESC, reason
