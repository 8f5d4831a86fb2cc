-- one row per visit with a provider whose specialty is known
COPY (
    SELECT
        coalesce(try_cast(visit.person_id AS BIGINT)::VARCHAR, visit.person_id) AS patient_id,
        'encounter' AS kind,
        'SPECIALTY' AS code_system,
        -- NUCC codes are codes; other specialties go by their names, spelled the American way: "Clinical Haematology" is
        -- hematology
        CASE
            WHEN specialty.vocabulary = 'NUCC' THEN specialty.code
            ELSE regexp_replace(
                    replace(lower(coalesce(specialty.name, provider.specialty_source_value)), 'haem', 'hem'),
                    '^(clinical|pa?ediatric) ', ''
                )
        END AS code,
        visit.visit_start_date AS start_date,
        visit.visit_end_date AS end_date,
        visit.source_file,
        visit.source_line
    FROM visit_occurrence AS visit
    INNER JOIN (
        SELECT
            try_cast(provider_id AS BIGINT) AS provider_id,
            any_value(try_cast(specialty_concept_id AS BIGINT)) AS specialty_concept_id,
            any_value(specialty_source_value) AS specialty_source_value
        FROM provider
        GROUP BY try_cast(provider_id AS BIGINT)
    ) AS provider ON try_cast(visit.provider_id AS BIGINT) = provider.provider_id
    LEFT JOIN term AS specialty
        ON provider.specialty_concept_id = specialty.concept_id AND specialty.domain = 'Provider'
    WHERE specialty.concept_id IS NOT NULL OR provider.specialty_source_value IS NOT NULL
) TO $target (FORMAT parquet)
