-- one row per Condition and coding the extract has a code system for; refuted and mistaken Conditions are left out
COPY (
    WITH condition AS (
        SELECT
            source_file,
            source_line,
            reference_id(condition.subject.reference, 'Patient') AS patient_id,
            first_sure_day(
                coalesce(
                    condition.onsetDateTime, condition.onsetPeriod.start,
                    -- what was over before it was recorded had surely begun when it ended
                    least(condition.abatementDateTime, condition.abatementPeriod.end, condition.recordedDate)
                ),
                condition.recordedDate
            ) AS start_date,
            coalesce(condition.abatementDateTime, condition.abatementPeriod.end) AS ended,
            unnest(event_codings(condition.code)) AS coding
        FROM (
            SELECT
                source_file,
                source_line,
                from_json(text, '{
                    "subject": {"reference": "VARCHAR"},
                    "code": {"coding": [{"system": "VARCHAR", "code": "VARCHAR"}], "text": "VARCHAR"},
                    "onsetDateTime": "VARCHAR",
                    "onsetPeriod": {"start": "VARCHAR"},
                    "abatementDateTime": "VARCHAR",
                    "abatementPeriod": {"end": "VARCHAR"},
                    "recordedDate": "VARCHAR"
                }') AS condition
            FROM resource
            WHERE kind = 'Condition' AND NOT is_left_out(kind, text)
        )
    )

    SELECT
        patient_id,
        'diagnosis' AS kind,
        coding.system AS code_system,
        coding.code,
        start_date,
        last_sure_day(ended, start_date) AS end_date,
        source_file,
        source_line
    FROM condition
) TO $target (FORMAT parquet)
