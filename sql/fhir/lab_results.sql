-- one row per Observation and one more per component of it; nothing is dropped
COPY (
    WITH read AS (
        -- what says which test it was and how it was reported: the same words again and again
        SELECT
            *,
            coding_of(
                try(from_json(test, '{"coding": [{"system": "VARCHAR", "code": "VARCHAR", "display": "VARCHAR"}]}')).coding,
                $loinc
            ) AS coding,
            try(json_extract_string(test, '$.text')) AS test_name,
            laboratory_of(
                try(from_json(performer, '[{"reference": "VARCHAR", "type": "VARCHAR", "display": "VARCHAR"}]'))
            ) AS site,
            concept_text(method) AS method_name,
            try(json_extract_string(interpretation, '$[0].coding[0].code')) AS flag,
            try(json_extract_string(interpretation, '$[0].text')) AS flag_text,
            try(json_extract_string(ranges, '$[0].low.value')) AS reference_low,
            try(json_extract_string(ranges, '$[0].high.value')) AS reference_high,
            concept_text(absent) AS why_absent
        FROM (
            SELECT DISTINCT
                test,
                performer,
                method,
                interpretation,
                ranges,
                absent
            FROM resource
            WHERE kind IN ('Observation', 'component')
        )
    )

    SELECT
        coalesce(
            reference_id(resource.subject, 'Patient'),
            CASE WHEN resource.subject IS NULL THEN json_extract_string(resource.text, '$.subject.identifier.value') END
        ) AS patient_id,
        coalesce(resource.effective, period_start(resource.text)) AS collected_at,
        coalesce(read.coding.code, read.test_name) AS code,
        CASE
            WHEN resource.number IS NOT NULL THEN concat(resource.comparator, resource.number)
            WHEN resource.string IS NOT NULL THEN resource.string
            WHEN resource.concept IS NOT NULL THEN concept_text(resource.concept)
            ELSE other_value(coalesce(resource.part, resource.text))
        END AS value,
        CASE WHEN names_loinc(read.coding.system) THEN 'LOINC' ELSE read.coding.system END AS code_system,
        coalesce(
            reference_id(resource.specimen, 'Specimen'), ltrim(resource.specimen, '#'), resource.specimen_number
        ) AS specimen_id,
        resource.issued AS resulted_at,
        coalesce(read.test_name, read.coding.display) AS name,
        resource.specimen_name AS specimen,
        CASE
            WHEN resource.number IS NOT NULL THEN unit_of(resource.unit_system, resource.unit_code, resource.unit)
            WHEN resource.string IS NULL AND resource.concept IS NULL
                THEN range_unit(coalesce(resource.part, resource.text))
        END AS unit,
        read.reference_low,
        read.reference_high,
        coalesce(read.flag, read.flag_text) AS abnormal_flag,
        CASE resource.status
            WHEN 'registered' THEN 'preliminary'
            WHEN 'amended' THEN 'corrected'
            ELSE resource.status
        END AS status,
        read.site,
        read.method_name AS method,
        CASE
            WHEN resource.note IS NOT NULL OR read.why_absent IS NOT NULL
                THEN nullif(
                    concat_ws(
                        ' ', array_to_string(try(json_extract_string(resource.note, '$[*].text')), ' '), read.why_absent
                    ), ''
                )
        END AS comment,
        coalesce(resource.id, json_extract_string(resource.text, '$.identifier[0].value')) AS result_id,
        resource.source_file,
        resource.source_line
    FROM resource
    INNER JOIN read
        ON
            resource.test IS NOT DISTINCT FROM read.test
            AND resource.performer IS NOT DISTINCT FROM read.performer
            AND resource.method IS NOT DISTINCT FROM read.method
            AND resource.interpretation IS NOT DISTINCT FROM read.interpretation
            AND resource.ranges IS NOT DISTINCT FROM read.ranges
            AND resource.absent IS NOT DISTINCT FROM read.absent
    WHERE resource.kind IN ('Observation', 'component')
) TO $target (FORMAT parquet)
