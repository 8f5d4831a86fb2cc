-- one row per patient and what is said of them, at the first place that says it
COPY (
    SELECT
        patient_id,
        sex,
        birth_date,
        death_date,
        arg_min(source_file, (source_file, source_line)) AS source_file,
        arg_min(source_line, (source_file, source_line)) AS source_line
    FROM read_parquet($patients)
    GROUP BY patient_id, sex, birth_date, death_date
) TO $target (FORMAT parquet)
