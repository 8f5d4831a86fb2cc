-- one row per observation period and domain that the extract holds
COPY (
    SELECT
        coalesce(try_cast(period.person_id AS BIGINT)::VARCHAR, period.person_id) AS patient_id,
        watched.domain,
        period.observation_period_start_date AS observed_from,
        period.observation_period_end_date AS observed_to,
        period.source_file,
        period.source_line
    FROM observation_period AS period
    CROSS JOIN (
        -- A domain whose records carry no code that could be read tells nothing by its silence.
        VALUES
            ('lab', TRUE),
            ('diagnosis', $clinical_events_diagnoses_rows > 0),
            ('medication', $clinical_events_medications_rows > 0),
            ('procedure', $clinical_events_procedures_rows > 0),
            ('encounter', $clinical_events_encounters_rows > 0)
    ) AS watched (domain, present)
    WHERE watched.present
) TO $target (FORMAT parquet)
