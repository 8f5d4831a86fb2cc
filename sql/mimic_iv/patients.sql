-- one row per patient
COPY (
    SELECT
        subject_id AS patient_id,
        CASE upper(trim(gender)) WHEN 'M' THEN 'male' WHEN 'F' THEN 'female' ELSE gender END AS sex,
        -- The first of January makes the completed years of the anchor year the anchor age all year long, as the
        -- published age concept does; the true birthday lies within a year of it. Age 91 stands for 90 and more.
        coalesce(
            try_cast(
                concat(try_cast(anchor_year AS INTEGER) - try_cast(anchor_age AS INTEGER), '-01-01') AS DATE
            )::VARCHAR,
            -- what cannot be read is handed on as it is, to be set aside with a reason
            nullif(concat_ws(' ', anchor_year, anchor_age), '')
        ) AS birth_date,
        dod AS death_date,
        source_file,
        source_line
    FROM patients
) TO $target (FORMAT parquet)
