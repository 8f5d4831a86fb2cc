-- one row per row of the pieces: writes them into one Parquet file
COPY (SELECT * FROM read_parquet($pieces, union_by_name = true))
TO $path (FORMAT parquet, COMPRESSION zstd)
