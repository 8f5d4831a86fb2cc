-- one row: how many views of a night name their pieces in another folder than the night's own ($place)
SELECT count(*)
FROM duckdb_views()
WHERE NOT internal AND contains(sql, 'read_parquet(') AND NOT contains(sql, $place)
