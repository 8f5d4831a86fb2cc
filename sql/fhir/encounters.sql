-- one row per Encounter that took place, and specialty it names; one without a specialty gives its class
COPY (
    WITH encounter AS (
        SELECT
            source_file,
            source_line,
            reference_id(encounter.subject.reference, 'Patient') AS patient_id,
            first_sure_day(coalesce(encounter.period.start, encounter.period.end), NULL) AS start_date,
            encounter.period.end AS ended,
            encounter.class AS class,
            list_distinct(
                list_filter(
                    flatten(
                        list_transform(
                            list_concat([encounter.serviceType], encounter.type),
                            concept -> list_concat(
                                list_transform(concept.coding, coding -> specialty_of(coding.system, coding.code, coding.display)),
                                [specialty_word(concept.text)]
                            )
                        )
                    ),
                    specialty -> specialty IS NOT NULL
                )
            ) AS specialties
        FROM (
            SELECT
                source_file,
                source_line,
                from_json(text, '{
                    "subject": {"reference": "VARCHAR"},
                    "class": {"code": "VARCHAR", "display": "VARCHAR"},
                    "serviceType": {
                        "coding": [{"system": "VARCHAR", "code": "VARCHAR", "display": "VARCHAR"}], "text": "VARCHAR"
                    },
                    "type": [{
                        "coding": [{"system": "VARCHAR", "code": "VARCHAR", "display": "VARCHAR"}], "text": "VARCHAR"
                    }],
                    "period": {"start": "VARCHAR", "end": "VARCHAR"}
                }') AS encounter
            FROM resource
            WHERE kind = 'Encounter' AND NOT is_left_out(kind, text)
        )
    )

    SELECT
        patient_id,
        'encounter' AS kind,
        'SPECIALTY' AS code_system,
        unnest(
            CASE WHEN len(specialties) > 0 THEN specialties ELSE [coalesce(class.code, class.display)] END
        ) AS code,
        start_date,
        last_sure_day(ended, start_date) AS end_date,
        source_file,
        source_line
    FROM encounter
) TO $target (FORMAT parquet)
