-- one row per extract table: rows by fate
SELECT
    table_name,
    count(*) AS files,
    sum(rows) AS rows,
    sum(accepted) AS accepted,
    sum(duplicate) AS duplicate,
    sum(superseded) AS superseded,
    sum(ignored) AS ignored,
    sum(quarantined) AS quarantined
FROM run.input_file
GROUP BY table_name
ORDER BY table_name
