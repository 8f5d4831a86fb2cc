-- one row per Patient
COPY (
    SELECT
        referred_by(full_url, patient.id) AS patient_id,
        -- other and unknown say that no sex is known by which limits could be chosen
        CASE WHEN patient.gender NOT IN ('other', 'unknown') THEN patient.gender END AS sex,
        patient.birthDate AS birth_date,
        first_sure_day(patient.deceasedDateTime, NULL) AS death_date,
        source_file,
        source_line
    FROM (
        SELECT
            *,
            from_json(text, '{
                "id": "VARCHAR", "gender": "VARCHAR", "birthDate": "VARCHAR", "deceasedDateTime": "VARCHAR"
            }') AS patient
        FROM resource
        WHERE kind = 'Patient'
    )
) TO $target (FORMAT parquet)
