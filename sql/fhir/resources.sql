-- one row per resource of the texts at hand, with its kind (null where the text is no resource, or JSON that is broken) and
-- the number of its components; its text is kept where it is read again, which for an Observation is only where it has
-- components. An Observation that says so first and has no components is believed unless all is to be held exactly:
-- whether its JSON is whole shows when it is read (lab_results), and once is enough
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
        CASE
            WHEN
                NOT $exactly
                AND (
                    starts_with(text, '{"resourceType":"Observation",')
                    OR starts_with(text, '{"resourceType": "Observation",')
                )
                AND NOT contains(text, '"component"')
                THEN ['Observation', NULL]
            ELSE try(json_extract_string(text, ['$.resourceType', '$.component']))
        END AS head
    FROM resource_text
)
