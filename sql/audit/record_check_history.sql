-- one row per night and check
INSERT INTO run.check_history BY NAME
SELECT * FROM read_parquet($piece)
