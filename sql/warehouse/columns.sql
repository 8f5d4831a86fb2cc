-- one row per column of the warehouse
SELECT schema_name, table_name, column_name
FROM duckdb_columns()
WHERE NOT internal
ORDER BY ALL
