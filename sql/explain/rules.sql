-- one row per rule of the night.
SELECT rule_id, version, title, side, summary, follow_up
FROM reference.rule
ORDER BY rule_id
