-- no row: what Medications look like where there are none
COPY (
    SELECT
        NULL::VARCHAR AS id,
        NULL::STRUCT(system VARCHAR, code VARCHAR)[] AS codings,
        NULL::VARCHAR AS name
    LIMIT 0
) TO $target (FORMAT parquet)
