-- one row per line that is not a segment, and per OBX that ends before its value
COPY (
    SELECT
        rtrim(text, chr(10)) AS received,
        source_file::VARCHAR AS source_file,
        source_line
    FROM broken
) TO $target (FORMAT parquet)
