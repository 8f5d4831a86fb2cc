-- one row: the physical line on which the last laboratory row ends, null without rows
SELECT max(source_line + coalesce(length(comment) - length(replace(comment, chr(10), '')), 0)) AS line
FROM read_parquet($lab_results)
