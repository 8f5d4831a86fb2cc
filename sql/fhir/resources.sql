-- one row per resource of the texts at hand, with its kind (null where the text is no resource, or JSON that is broken)
-- and, read in the same pass, the parts of an Observation; its text is kept where they do not say all
CREATE OR REPLACE TEMP TABLE resource AS
SELECT
    source_file,
    source_line,
    full_url,
    parts[1] AS kind,
    -- broken JSON must not be looked at again, and the text of a usual Observation has been read
    CASE
        WHEN parts[1] IS NULL THEN NULL
        WHEN parts[1] != 'Observation' THEN text
        WHEN parts[2] IS NULL OR parts[4] IS NULL OR parts[5] IS NULL OR parts[10] IS NOT NULL THEN text
        WHEN coalesce(parts[15], parts[20], parts[21]) IS NULL THEN text
    END AS text,
    CASE WHEN parts[1] IS NULL THEN text END AS received,
    NULL::VARCHAR AS part,
    parts[2] AS id,
    parts[3] AS status,
    parts[4] AS subject,
    parts[5] AS effective,
    parts[6] AS issued,
    parts[7] AS specimen,
    parts[8] AS specimen_name,
    parts[9] AS specimen_number,
    parts[10] AS components,
    parts[11] AS note,
    parts[12] AS performer,
    parts[13] AS method,
    parts[14] AS test,
    number_as_written(parts[15], text) AS number,
    parts[16] AS comparator,
    parts[17] AS unit,
    parts[18] AS unit_system,
    parts[19] AS unit_code,
    parts[20] AS string,
    parts[21] AS concept,
    parts[22] AS absent,
    parts[23] AS interpretation,
    parts[24] AS ranges
FROM (SELECT *, try(parts_of(text)) AS parts FROM resource_text)
