-- one row per resource of the texts at hand, with its kind (null where the text is no resource) and, read in the same
-- pass, the parts of an Observation; the kind is null too for JSON that is broken
CREATE OR REPLACE TEMP TABLE resource AS
SELECT
    source_file,
    source_line,
    full_url,
    parts[1] AS kind,
    CASE WHEN parts[1] IS NOT NULL THEN text END AS text,  -- broken JSON must not be looked at again
    CASE WHEN parts[1] IS NULL THEN text END AS received,
    parts
FROM (SELECT *, try(parts_of(text)) AS parts FROM resource_text)
