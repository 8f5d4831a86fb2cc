-- one row: the night this report describes.
SELECT run_id, as_of
FROM run.run
