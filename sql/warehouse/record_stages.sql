-- one row per stage of the night
INSERT INTO run.stage BY NAME
SELECT stage, seconds, peak_mb, counts FROM read_parquet($stages)
