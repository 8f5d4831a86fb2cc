-- one row per text at hand that is not one of the usual Observations, with its kind (null where the text is not a resource, or
-- JSON that is broken) and the number of its components; its text is kept where it is read again, which for an Observation
-- is only where it has components
CREATE OR REPLACE TEMP TABLE resource AS
SELECT
    source_file,
    source_line,
    full_url,
    head[1] AS kind,
    CASE WHEN head[1] != 'Observation' OR (head[1] IS NOT NULL AND head[2] IS NOT NULL) THEN text END AS text,
    CASE WHEN head[1] IS NULL THEN text END AS received,
    CASE WHEN head[1] = 'Observation' THEN coalesce(try(json_array_length(head[2])), 0) END AS components
FROM (
    SELECT
        *,
        try(json_extract_string(text, ['$.resourceType', '$.component'])) AS head
    FROM resource_text
)
