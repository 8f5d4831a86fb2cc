-- one row per Procedure and coding the extract has a code system for; those not done or mistaken are left out
COPY (
    WITH procedure AS (
        SELECT
            source_file,
            source_line,
            reference_id(procedure.subject.reference, 'Patient') AS patient_id,
            first_sure_day(
                coalesce(procedure.performedDateTime, procedure.performedPeriod.start, procedure.performedPeriod.end), NULL
            ) AS start_date,
            procedure.performedPeriod.end AS ended,
            unnest(event_codings(procedure.code)) AS coding
        FROM (
            SELECT
                source_file,
                source_line,
                from_json(text, '{
                    "subject": {"reference": "VARCHAR"},
                    "code": {"coding": [{"system": "VARCHAR", "code": "VARCHAR"}], "text": "VARCHAR"},
                    "performedDateTime": "VARCHAR",
                    "performedPeriod": {"start": "VARCHAR", "end": "VARCHAR"}
                }') AS procedure
            FROM resource
            WHERE kind = 'Procedure' AND NOT is_left_out(kind, text)
        )
    )

    SELECT
        patient_id,
        'procedure' AS kind,
        coding.system AS code_system,
        coding.code,
        start_date,
        last_sure_day(ended, start_date) AS end_date,
        source_file,
        source_line
    FROM procedure
) TO $target (FORMAT parquet)
