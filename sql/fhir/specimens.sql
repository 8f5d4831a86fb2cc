-- one row per Specimen that says whose it is and when it was collected; for later look-ups
COPY (
    SELECT *
    FROM (
        SELECT
            referred_by(full_url, specimen.id) AS specimen_id,
            reference_id(specimen.subject.reference, 'Patient') AS patient_id,
            specimen_time(specimen.collection) AS collected_at
        FROM (
            SELECT
                full_url,
                from_json(text, '{
                    "id": "VARCHAR",
                    "status": "VARCHAR",
                    "subject": {"reference": "VARCHAR"},
                    "collection": {
                        "collectedDateTime": "VARCHAR", "collectedPeriod": {"start": "VARCHAR", "end": "VARCHAR"}
                    }
                }') AS specimen
            FROM resource
            WHERE kind = 'Specimen'
        )
        WHERE specimen.status IS DISTINCT FROM 'entered-in-error'
    )
    WHERE specimen_id IS NOT NULL AND patient_id IS NOT NULL AND collected_at IS NOT NULL
) TO $target (FORMAT parquet)
