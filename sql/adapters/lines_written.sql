-- one row per file of the source: how many of its records the rows written come from
SELECT
    source_file,
    count(DISTINCT source_line) AS records
FROM read_parquet($target)
GROUP BY source_file
ORDER BY source_file
