-- one row per patient and rule that a single missing test keeps from a verdict, and which test
-- (no test brings more follow-up, the records of a domain, or who the patient is)
CREATE VIEW screen.one_test_short AS
SELECT patient_id, rule_id, index_collected_at, missing[1] AS missing_test
FROM cohort.deciding_finding
WHERE status = 'indeterminate'
    AND len(missing) = 1
    AND NOT starts_with(missing[1], 'domain:')
    AND missing[1] NOT IN ('followup', 'age', 'sex', 'trimester')
