-- one row per encounter with a provider whose specialty is known
COPY (
    SELECT
        encounter.patient AS patient_id,
        'encounter' AS kind,
        'SPECIALTY' AS code_system,
        lower(provider.speciality) AS code,
        encounter.start AS start_date,
        encounter.stop AS end_date,
        encounter.source_file,
        encounter.source_line
    FROM encounters AS encounter
    INNER JOIN (
        SELECT
            id,
            any_value(speciality) AS speciality
        FROM providers
        GROUP BY id
    ) AS provider ON encounter.provider = provider.id
    WHERE provider.speciality IS NOT NULL
) TO $target (FORMAT parquet)
