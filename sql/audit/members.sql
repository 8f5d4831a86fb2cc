-- one row per rule: patients in its cohort as of the night
SELECT rule.rule_id, rule.version AS rule_version, count(member.patient_id) AS amount
FROM reference.rule AS rule
LEFT JOIN cohort.membership AS member ON rule.rule_id = member.rule_id AND member.status = 'met'
GROUP BY rule.rule_id, rule.version
ORDER BY rule.rule_id
