-- one row per procedure whose code is known: the hospital's own code where the extract has its system, else SNOMED
COPY (
    SELECT
        coalesce(try_cast(record.person_id AS BIGINT)::VARCHAR, record.person_id) AS patient_id,
        -- an encounter for chemotherapy (Z51.11) is a procedure to the CDM and a diagnosis code to the rules
        CASE WHEN coalesce(sent.kind, standard.kind) = 'diagnosis' THEN 'diagnosis' ELSE 'procedure' END AS kind,
        coalesce(sent.code_system, standard.code_system) AS code_system,
        coalesce(sent.code, standard.code) AS code,
        record.procedure_date AS start_date,
        record.procedure_end_date AS end_date,
        record.source_file,
        record.source_line
    FROM procedure_occurrence AS record
    LEFT JOIN event_code AS sent ON try_cast(record.procedure_source_concept_id AS BIGINT) = sent.concept_id
    -- asked only where the hospital's own code says nothing: a concept may have several codes
    LEFT JOIN event_code AS standard
        ON
            CASE WHEN sent.code IS NULL THEN try_cast(record.procedure_concept_id AS BIGINT) END = standard.concept_id
    WHERE sent.code IS NOT NULL OR standard.code IS NOT NULL
) TO $target (FORMAT parquet)
