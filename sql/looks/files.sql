-- one row per load and table: rows by fate
SELECT load, table_name, sum(rows) AS rows, sum(accepted + duplicate + superseded + ignored + quarantined) AS accounted FROM run.input_file GROUP BY ALL ORDER BY ALL
