-- one row per Observation whose address in a Bundle (urn:uuid:) is not the id of its result; for later look-ups
COPY (
    SELECT *
    FROM (
        SELECT
            substr(full_url, 10) AS address,
            coalesce(
                try(json_extract_string(text, '$.id')), try(json_extract_string(text, '$.identifier[0].value'))
            ) AS result_id
        FROM resource_text
        WHERE starts_with(full_url, 'urn:uuid:') AND contains(text, '"Observation"')
    )
    WHERE result_id IS NOT NULL AND result_id != address
) TO $target (FORMAT parquet)
