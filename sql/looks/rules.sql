-- one row per night and rule: its version and the fingerprint of its logic
SELECT night, as_of, rule_id, rule_version, fingerprint, known FROM run.measure WHERE measure = 'members' ORDER BY rule_id, night
