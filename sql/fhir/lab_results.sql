-- one row per Observation and one more per component of it; nothing is dropped
COPY (
    WITH measured AS NOT MATERIALIZED (
        -- read from the text at hand and passed on: a table of it would cost as much as all the rest
        SELECT
            source_file,
            source_line,
            full_url,
            text,
            text AS part,
            whole,
            whole AS told
        FROM (
            SELECT
                *,
                observation_of(text) AS whole
            FROM (
                SELECT * FROM usual_text
                UNION ALL
                SELECT * FROM resource_text
            )
        )
        WHERE whole.resourceType = 'Observation'
        UNION ALL
        SELECT
            source_file,
            source_line,
            full_url,
            text,
            part,
            whole,
            observation_of(part) AS told
        FROM (
            SELECT
                *,
                unnest(try(from_json(whole.component, '["JSON"]')))::VARCHAR AS part
            FROM (
                SELECT
                    *,
                    observation_of(text) AS whole
                FROM resource
                WHERE kind = 'Observation' AND text IS NOT NULL
            )
        )
    ),

    coded AS NOT MATERIALIZED (
        SELECT
            *,
            told.valueQuantity AS quantity,
            whole.performer[1] AS performer,
            CASE
                WHEN told.code.coding[2].code IS NULL THEN told.code.coding[1]
                ELSE coding_of(told.code.coding, string_split($loinc, ' '))
            END AS coding
        FROM measured
    )

    SELECT
        CASE
            WHEN whole.focus IS NOT NULL AND is_about_another(whole.focus, whole.subject.reference) THEN NULL
            WHEN whole.subject.reference IS NULL THEN json_extract_string(text, '$.subject.identifier.value')
            ELSE reference_id(whole.subject.reference, 'Patient')
        END AS patient_id,
        coalesce(whole.effectiveDateTime, other_time(text)) AS collected_at,
        coalesce(coding.code, told.code.text) AS code,
        CASE
            -- a number beside the reason why there is none is not a result
            WHEN quantity.value IS NOT NULL AND told.dataAbsentReason IS NULL
                THEN concat(
                        coalesce(quantity.comparator, off_scale(told.interpretation)),
                        number_as_written(quantity.value, text)
                    )
            WHEN told.valueString IS NOT NULL THEN told.valueString
            WHEN told.valueCodeableConcept IS NOT NULL THEN concept_text(told.valueCodeableConcept)
            ELSE other_value(part)
        END AS value,
        CASE WHEN names_loinc(coding.system) THEN 'LOINC' ELSE coding.system END AS code_system,
        CASE
            WHEN whole.specimen.reference IS NULL THEN json_extract_string(text, '$.specimen.identifier.value')
            ELSE coalesce(reference_id(whole.specimen.reference, 'Specimen'), ltrim(whole.specimen.reference, '#'))
        END AS specimen_id,
        whole.issued AS resulted_at,
        coalesce(told.code.text, coding.display) AS name,
        whole.specimen.display AS specimen,
        CASE
            WHEN quantity.value IS NOT NULL THEN unit_of(quantity.system, quantity.code, quantity.unit)
            WHEN told.valueString IS NULL AND told.valueCodeableConcept IS NULL THEN range_unit(part)
        END AS unit,
        told.referenceRange[1].low.value AS reference_low,
        told.referenceRange[1].high.value AS reference_high,
        coalesce(told.interpretation[1].coding[1].code, told.interpretation[1].text) AS abnormal_flag,
        CASE whole.status
            WHEN 'registered' THEN 'preliminary'
            WHEN 'amended' THEN 'corrected'
            ELSE whole.status
        END AS status,
        CASE
            WHEN len(whole.performer) > 1 THEN laboratory_of(whole.performer)
            WHEN contains(performer.reference, 'Organization/') OR performer.type = 'Organization'
                THEN coalesce(performer.display, reference_id(performer.reference, 'Organization'))
        END AS site,
        CASE WHEN whole.method IS NOT NULL THEN concept_text(whole.method) END AS method,
        CASE
            WHEN whole.note IS NOT NULL OR told.dataAbsentReason IS NOT NULL
                THEN nullif(
                    concat_ws(
                        ' ',
                        array_to_string(try(json_extract_string(whole.note, '$[*].text')), ' '),
                        concept_text(told.dataAbsentReason)
                    ), ''
                )
        END AS comment,
        coalesce(
            whole.id,
            json_extract_string(text, '$.identifier[0].value'),
            CASE WHEN starts_with(full_url, 'urn:uuid:') THEN substr(full_url, 10) END
        ) AS result_id,
        source_file,
        source_line
    FROM coded
) TO $target (FORMAT parquet, DICTIONARY_SIZE_LIMIT 4096)
