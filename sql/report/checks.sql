-- one row per check of the night
SELECT name, kind, result, rows, says, accepted_because FROM run.check ORDER BY rowid
