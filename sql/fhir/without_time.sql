-- one row: how many laboratory rows of a piece do not say when they were collected
SELECT count(*) AS results
FROM read_parquet($piece)
WHERE collected_at IS NULL
