-- one row per load and table of the extract: files whose rows do not add up
SELECT load, table_name, count(*) AS files, sum(rows) AS rows,
    sum(accepted + duplicate + superseded + ignored + quarantined) AS accounted
FROM run.input_file
WHERE rows IS DISTINCT FROM accepted + duplicate + superseded + ignored + quarantined
GROUP BY load, table_name
ORDER BY load, table_name
