-- one row per measurement, with its code, result text, unit, file and line; nothing is dropped
COPY (
    -- A measurement may say that it was made on a specimen: the column its event id stands for has a concept of its own.
    WITH specimen_column AS (
        SELECT concept_id FROM term WHERE vocabulary = 'CDM' AND lower(code) = 'specimen.specimen_id'
    )

    SELECT
        coalesce(try_cast(measurement.person_id AS BIGINT)::VARCHAR, measurement.person_id) AS patient_id,
        coalesce(
            tube.collected_at,
            -- a day alone says no more than the measurement does, unless it is another day
            CASE WHEN tube.day IS DISTINCT FROM left(measurement.measurement_date, 10) THEN tube.day END,
            -- a load that has the hour apart often fills the datetime with midnight
            CASE
                WHEN
                    regexp_full_match(measurement.measurement_time, '\d\d?:\d\d(:\d\d(\.\d+)?)?')
                    AND (
                        measurement.measurement_datetime IS NULL
                        OR regexp_full_match(
                            replace(measurement.measurement_datetime, left(measurement.measurement_date, 10), ''),
                            '[ T]00:00(:00(\.0+)?)?'
                        )
                    )
                    THEN concat(left(measurement.measurement_date, 10), ' ', measurement.measurement_time)
            END,
            measurement.measurement_datetime,
            measurement.measurement_date
        ) AS collected_at,
        CASE
            WHEN test.system = 'LOINC' THEN test.code
            WHEN sent.system = 'LOINC' THEN sent.code
            WHEN test.system IS NULL AND is_loinc(measurement.measurement_source_value)
                THEN measurement.measurement_source_value
            ELSE coalesce(
                    nullif(measurement.measurement_source_value, ''),
                    test.code,
                    sent.code,
                    nullif(measurement.measurement_concept_id, '0')
                )
        END AS code,
        CASE
            WHEN measurement.value_as_number IS NULL
                THEN
                    coalesce(
                        answer.name,
                        measurement.value_source_value,
                        -- the id of an answer is not a number that was measured
                        CASE
                            WHEN try_cast(measurement.value_as_concept_id AS BIGINT) <> 0
                                THEN concat('concept ', measurement.value_as_concept_id)
                        END
                    )
            WHEN try_cast(measurement.operator_concept_id AS BIGINT) = 4171756 THEN concat('<', measurement.value_as_number)
            WHEN try_cast(measurement.operator_concept_id AS BIGINT) = 4171754 THEN concat('<=', measurement.value_as_number)
            WHEN try_cast(measurement.operator_concept_id AS BIGINT) = 4172704 THEN concat('>', measurement.value_as_number)
            WHEN try_cast(measurement.operator_concept_id AS BIGINT) = 4171755 THEN concat('>=', measurement.value_as_number)
            -- the sign that the load lost
            ELSE concat(
                    sign_of_limit(measurement.value_source_value, measurement.value_as_number), measurement.value_as_number
                )
        END AS value,
        CASE
            WHEN
                test.system = 'LOINC'
                OR sent.system = 'LOINC'
                OR (test.system IS NULL AND is_loinc(measurement.measurement_source_value))
                THEN 'LOINC'
            WHEN nullif(measurement.measurement_source_value, '') IS NULL
                THEN coalesce(test.system, sent.system, 'OMOP')
        END AS code_system,
        tube.name AS specimen_id,
        coalesce(test.name, sent.name) AS name,
        CASE
            WHEN unit.vocabulary = 'UCUM' THEN unit.code
            ELSE coalesce(measurement.unit_source_value, unit.name)
        END AS unit,
        measurement.range_low AS reference_low,
        measurement.range_high AS reference_high,
        measurement.measurement_id AS result_id,
        measurement.source_file,
        measurement.source_line
    FROM measurement
    LEFT JOIN test ON try_cast(measurement.measurement_concept_id AS BIGINT) = test.concept_id
    LEFT JOIN test AS sent ON try_cast(measurement.measurement_source_concept_id AS BIGINT) = sent.concept_id
    LEFT JOIN term AS unit ON try_cast(measurement.unit_concept_id AS BIGINT) = unit.concept_id
    LEFT JOIN term AS answer
        ON
            try_cast(measurement.value_as_concept_id AS BIGINT) = answer.concept_id
            AND answer.concept_id <> 0
    LEFT JOIN specimen_column ON try_cast(measurement.meas_event_field_concept_id AS BIGINT) = specimen_column.concept_id
    LEFT JOIN tube
        ON
            specimen_column.concept_id IS NOT NULL
            AND try_cast(measurement.measurement_event_id AS BIGINT) = tube.specimen_id
) TO $target (FORMAT parquet)
