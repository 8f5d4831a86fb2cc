-- one row: where the first text stands that is not a resource
SELECT
    source_file,
    source_line
FROM resource
WHERE kind IS NULL
ORDER BY source_file, source_line
LIMIT 1
