-- one row per drug exposure and code that names the drug
COPY (
    WITH exposure AS (
        SELECT
            drug_exposure.*,
            try_cast(drug_exposure.drug_concept_id AS BIGINT) AS drug,
            sent.code AS sent_class,
            lower(concat_ws(' ', route.name, drug_exposure.route_source_value)) AS route
        FROM drug_exposure
        -- a hospital that records ATC classes itself says more exactly what it gave
        LEFT JOIN term AS sent
            ON
                try_cast(drug_exposure.drug_source_concept_id AS BIGINT) = sent.concept_id
                AND sent.vocabulary = 'ATC'
                AND length(sent.code) = 7
        LEFT JOIN term AS route
            ON try_cast(drug_exposure.route_concept_id AS BIGINT) = route.concept_id AND route.domain = 'Route'
    ),

    coded AS (
        SELECT
            exposure.*,
            coalesce(exposure.route, '') || ' ' || coalesce(drug_code.name, '') AS form,
            CASE WHEN exposure.sent_class IS NULL THEN drug_code.code_system ELSE 'ATC' END AS code_system,
            coalesce(exposure.sent_class, drug_code.code) AS code
        FROM exposure
        LEFT JOIN drug_code ON exposure.drug = drug_code.drug AND exposure.sent_class IS NULL
    )

    SELECT
        coalesce(try_cast(person_id AS BIGINT)::VARCHAR, person_id) AS patient_id,
        'medication' AS kind,
        code_system,
        coalesce(sent_class, methotrexate_class(code, form)) AS code,
        drug_exposure_start_date AS start_date,
        coalesce(
            drug_exposure_end_date,
            verbatim_end_date,
            -- a supply of no days is one that is not known
            CASE
                WHEN try_cast(days_supply AS INTEGER) > 0
                    THEN (
                            try_cast(left(drug_exposure_start_date, 10) AS DATE)
                            + try_cast(days_supply AS INTEGER)
                            - 1
                        )::VARCHAR
            END
        ) AS end_date,
        source_file,
        source_line
    FROM coded
    WHERE code IS NOT NULL AND NOT is_local(form)
) TO $target (FORMAT parquet)
