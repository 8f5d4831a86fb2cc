-- one row per component of an Observation, beside the Observation whose patient, time and specimen it shares
INSERT INTO resource BY NAME
SELECT
    component.* EXCLUDE (parts),
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
FROM (
    SELECT
        *,
        parts_of(part) AS parts
    FROM (
        SELECT
            source_file,
            source_line,
            'component' AS kind,
            text,
            id,
            status,
            subject,
            effective,
            issued,
            specimen,
            specimen_name,
            specimen_number,
            note,
            performer,
            method,
            unnest(try(from_json(components, '["JSON"]')))::VARCHAR AS part
        FROM resource
        WHERE kind = 'Observation' AND components IS NOT NULL
    )
) AS component
