-- one row per stretch of a hospital stay under one service
COPY (
    -- OMED is oncology (its page in the documentation once said orthopedics; MIT-LCP/mimic-code issue 1722). No
    -- service is hematology alone, so none is called that.
    WITH specialty (service, name) AS (
        VALUES
            ('CMED', 'cardiology'),
            ('CSURG', 'cardiac surgery'),
            ('DENT', 'dentistry'),
            ('ENT', 'otolaryngology'),
            ('EYE', 'ophthalmology'),
            ('GU', 'urology'),
            ('GYN', 'gynecology'),
            ('MED', 'internal medicine'),
            ('NB', 'newborn'),
            ('NBB', 'newborn'),
            ('NMED', 'neurology'),
            ('NSURG', 'neurosurgery'),
            ('OBS', 'obstetrics'),
            ('OMED', 'oncology'),
            ('ORTHO', 'orthopedic surgery'),
            ('PSURG', 'plastic surgery'),
            ('PSYCH', 'psychiatry'),
            ('SURG', 'general surgery'),
            ('TRAUM', 'trauma surgery'),
            ('TSURG', 'thoracic surgery'),
            ('VSURG', 'vascular surgery')
    ),

    stay AS (
        SELECT
            hadm_id,
            max(try_cast(dischtime AS TIMESTAMP)) AS ended
        FROM admissions
        GROUP BY hadm_id
    ),

    numbered AS (
        SELECT
            *,
            try_cast(transfertime AS TIMESTAMP) AS began
        FROM services
    ),

    service AS (
        SELECT
            *,
            lead(began) OVER (PARTITION BY hadm_id ORDER BY began, source_line) AS next_began
        FROM numbered
    )

    SELECT
        service.subject_id AS patient_id,
        'encounter' AS kind,
        'SPECIALTY' AS code_system,
        coalesce(specialty.name, service.curr_service) AS code,
        service.transfertime AS start_date,
        -- a change entered after discharge counts on its day
        greatest(coalesce(service.next_began, stay.ended), service.began)::DATE::VARCHAR AS end_date,
        service.source_file,
        service.source_line
    FROM service
    LEFT JOIN specialty ON upper(trim(service.curr_service)) = specialty.service
    LEFT JOIN stay ON service.hadm_id = stay.hadm_id
) TO $target (FORMAT parquet)
