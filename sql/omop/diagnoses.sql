-- one row per condition whose code is known and code that names it: the hospital's own code where it is ICD, else the
-- standard SNOMED concept, and what is above that and means the same to the rules
COPY (
    SELECT
        coalesce(try_cast(record.person_id AS BIGINT)::VARCHAR, record.person_id) AS patient_id,
        'diagnosis' AS kind,
        coalesce(sent.code_system, standard.code_system) AS code_system,
        coalesce(sent.code, standard.code) AS code,
        record.condition_start_date AS start_date,
        record.condition_end_date AS end_date,
        record.source_file,
        record.source_line
    FROM condition_occurrence AS record
    LEFT JOIN event_code AS sent
        ON try_cast(record.condition_source_concept_id AS BIGINT) = sent.concept_id AND sent.kind <> 'procedure'
    -- asked only where the hospital's own code says nothing: a concept may have several codes
    LEFT JOIN event_code AS standard
        ON
            CASE WHEN sent.code IS NULL THEN try_cast(record.condition_concept_id AS BIGINT) END = standard.concept_id
            AND standard.kind <> 'procedure'
    WHERE sent.code IS NOT NULL OR standard.code IS NOT NULL
) TO $target (FORMAT parquet)
