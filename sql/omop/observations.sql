-- one row per observation that is a coded diagnosis or procedure: the CDM keeps Z codes and the like there
COPY (
    SELECT
        coalesce(try_cast(record.person_id AS BIGINT)::VARCHAR, record.person_id) AS patient_id,
        sent.kind,
        sent.code_system,
        sent.code,
        record.observation_date AS start_date,
        NULL::VARCHAR AS end_date,
        record.source_file,
        record.source_line
    FROM observation AS record
    -- a SNOMED observation may be a question, a family history or an absence: only codes of diagnoses and procedures count
    INNER JOIN event_code AS sent
        ON try_cast(record.observation_source_concept_id AS BIGINT) = sent.concept_id AND sent.kind <> 'either'
) TO $target (FORMAT parquet)
