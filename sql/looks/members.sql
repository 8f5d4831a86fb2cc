-- one row per night and rule: patients in the cohort
SELECT night, as_of, rule_id, amount, occasion FROM run.measure WHERE measure = 'members' ORDER BY rule_id, night
