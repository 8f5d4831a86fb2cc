-- one row per table and view of a night: its name as a query spells it, and what it holds.
SELECT schema_name || '.' || table_name AS "table", comment AS says
FROM duckdb_tables()
WHERE NOT internal
UNION ALL
SELECT schema_name || '.' || view_name, comment
FROM duckdb_views()
WHERE NOT internal
ORDER BY 1
