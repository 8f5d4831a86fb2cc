-- one row per rule and missing test or reason: patients, and patients whom this one test would decide.
-- (a patient has one deciding finding of a rule, and it names a reason once)
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
    rule_id,
    reason,
    count(*) FILTER (WHERE lacking = 1) AS would_decide,
    count(*) AS patients
FROM reasons
GROUP BY rule_id, reason
ORDER BY rule_id, patients DESC, reason
