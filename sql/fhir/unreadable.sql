-- one row per text that is not a resource: broken JSON, or JSON without a resourceType
COPY (
    SELECT
        rtrim(received, concat(' ', chr(13), chr(10))) AS received,
        source_file,
        source_line
    FROM resource
    WHERE kind IS NULL
) TO $target (FORMAT parquet)
