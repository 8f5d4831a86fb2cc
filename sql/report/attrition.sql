-- one row per rule and step, from all blood counts to the cohort.
SELECT rule_id, step, says, draws, patients
FROM run.attrition
ORDER BY rule_id, step
