-- one row per rule, status and tier: draws and patients
SELECT rule_id, status, tier, draws, patients
FROM run.rule_count
ORDER BY rule_id, status, tier
