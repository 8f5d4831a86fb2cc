-- one row: the night that answers.
SELECT run_id, as_of
FROM run.run
