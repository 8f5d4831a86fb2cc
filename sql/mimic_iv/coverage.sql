-- one row per patient, domain and stretch of time in which the source would have known
COPY (
    WITH stay AS (
        SELECT
            subject_id AS patient_id,
            least(try_cast(admittime AS TIMESTAMP), try_cast(edregtime AS TIMESTAMP))::DATE AS first_day,
            coalesce(try_cast(dischtime AS TIMESTAMP), try_cast(admittime AS TIMESTAMP))::DATE AS last_day,
            source_file,
            source_line
        FROM admissions
    ),

    contact AS (
        SELECT
            patient_id,
            try_cast(collected_at AS TIMESTAMP)::DATE AS first_day,
            try_cast(collected_at AS TIMESTAMP)::DATE AS last_day,
            source_file,
            source_line
        FROM read_parquet($lab_results)
        UNION ALL
        SELECT
            patient_id,
            first_day,
            last_day,
            source_file,
            source_line
        FROM stay
    ),

    -- The laboratory serves clinics too: it is watched from the first contact to the last.
    laboratory AS (
        SELECT
            patient_id,
            'lab' AS domain,
            min(first_day) AS observed_from,
            max(last_day) AS observed_to,
            arg_min(source_file, (first_day, source_file, source_line)) AS source_file,
            arg_min(source_line, (first_day, source_file, source_line)) AS source_line
        FROM contact
        WHERE first_day IS NOT NULL
        GROUP BY patient_id
    ),

    -- Diagnoses and orders are those of hospital stays; between stays the source knows of neither.
    hospital AS (
        SELECT
            stay.patient_id,
            watched.domain,
            stay.first_day AS observed_from,
            stay.last_day AS observed_to,
            stay.source_file,
            stay.source_line
        FROM stay
        CROSS JOIN (
            VALUES ('diagnosis', $diagnoses_icd_present), ('medication', $prescriptions_present)
        ) AS watched (domain, present)
        WHERE watched.present
    )

    SELECT
        patient_id,
        domain,
        observed_from::VARCHAR AS observed_from,
        observed_to::VARCHAR AS observed_to,
        source_file,
        source_line
    FROM (
        SELECT * FROM laboratory
        UNION ALL
        SELECT * FROM hospital
    ) AS every
) TO $target (FORMAT parquet)
