-- one row per patient
COPY (
    SELECT
        id AS patient_id,
        gender AS sex,
        birthdate AS birth_date,
        deathdate AS death_date,
        source_file,
        source_line
    FROM patients
) TO $target (FORMAT parquet)
