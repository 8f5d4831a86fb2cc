-- one row per Observation and one more per component of it; nothing is dropped
COPY (
    WITH measured AS NOT MATERIALIZED (
        -- read from the text at hand and passed on: a table of it would cost as much as all the rest
        SELECT
            source_file,
            source_line,
            text,
            text AS part,
            parts AS header,
            parts
        FROM (SELECT *, try(parts_of(text)) AS parts FROM resource_text)
        WHERE parts[1] = 'Observation'
        UNION ALL
        SELECT
            source_file,
            source_line,
            text,
            part,
            header,
            parts_of(part) AS parts
        FROM (
            SELECT
                *,
                unnest(try(from_json(header[30], '["JSON"]')))::VARCHAR AS part
            FROM (SELECT *, parts_of(text) AS header FROM resource WHERE kind = 'Observation' AND text IS NOT NULL)
        )
    ),

    coded AS NOT MATERIALIZED (
        SELECT
            *,
            CASE
                WHEN parts[5] IS NULL
                    THEN struct_pack(system := parts[2], code := parts[3], display := parts[4])
                ELSE coding_of(
                    from_json(
                        json_extract(part, '$.code.coding'),
                        '[{"system": "VARCHAR", "code": "VARCHAR", "display": "VARCHAR"}]'
                    ),
                    $loinc
                )
            END AS coding
        FROM measured
    )

    SELECT
        coalesce(
            reference_id(header[21], 'Patient'),
            CASE WHEN header[21] IS NULL THEN json_extract_string(text, '$.subject.identifier.value') END
        ) AS patient_id,
        coalesce(header[22], period_start(text)) AS collected_at,
        coalesce(coding.code, parts[6]) AS code,
        CASE
            WHEN parts[7] IS NOT NULL THEN concat(parts[8], number_as_written(parts[7], text))
            WHEN parts[12] IS NOT NULL THEN parts[12]
            WHEN parts[13] IS NOT NULL THEN concept_text(parts[13])
            ELSE other_value(part)
        END AS value,
        CASE WHEN names_loinc(coding.system) THEN 'LOINC' ELSE coding.system END AS code_system,
        CASE
            WHEN header[24] IS NULL THEN json_extract_string(text, '$.specimen.identifier.value')
            ELSE coalesce(reference_id(header[24], 'Specimen'), ltrim(header[24], '#'))
        END AS specimen_id,
        header[23] AS resulted_at,
        coalesce(parts[6], coding.display) AS name,
        header[31] AS specimen,
        CASE
            WHEN parts[7] IS NOT NULL THEN unit_of(parts[10], parts[11], parts[9])
            WHEN parts[12] IS NULL AND parts[13] IS NULL THEN range_unit(part)
        END AS unit,
        parts[17] AS reference_low,
        parts[18] AS reference_high,
        coalesce(parts[15], parts[16]) AS abnormal_flag,
        CASE header[20]
            WHEN 'registered' THEN 'preliminary'
            WHEN 'amended' THEN 'corrected'
            ELSE header[20]
        END AS status,
        CASE
            WHEN header[27] IS NULL AND contains(header[25], 'Organization/')
                THEN coalesce(header[26], reference_id(header[25], 'Organization'))
            WHEN header[25] IS NOT NULL OR header[26] IS NOT NULL
                THEN laboratory_of(
                    from_json(
                        json_extract(text, '$.performer'),
                        '[{"reference": "VARCHAR", "type": "VARCHAR", "display": "VARCHAR"}]'
                    )
                )
        END AS site,
        CASE WHEN header[28] IS NOT NULL THEN concept_text(header[28]) END AS method,
        CASE
            WHEN header[29] IS NOT NULL OR parts[14] IS NOT NULL
                THEN nullif(
                    concat_ws(
                        ' ', array_to_string(try(json_extract_string(header[29], '$[*].text')), ' '), concept_text(parts[14])
                    ), ''
                )
        END AS comment,
        coalesce(header[19], json_extract_string(text, '$.identifier[0].value')) AS result_id,
        source_file,
        source_line
    FROM coded
) TO $target (FORMAT parquet)
