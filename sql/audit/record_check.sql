-- one row per check of the night
INSERT INTO run.check BY NAME
SELECT * FROM read_parquet($piece)
