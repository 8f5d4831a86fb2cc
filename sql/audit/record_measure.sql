-- one row per night and thing measured
INSERT INTO run.measure BY NAME
SELECT * FROM read_parquet($piece)
