-- one row per link of a Patient that says which of two records was given up for the other
COPY (
    WITH linked AS (
        SELECT
            source_file,
            source_line,
            referred_by(full_url, patient.id) AS patient_id,
            patient.meta.lastUpdated AS merged_at,
            unnest(patient.link) AS link
        FROM (
            SELECT
                *,
                from_json(text, '{
                    "id": "VARCHAR",
                    "meta": {"lastUpdated": "VARCHAR"},
                    "link": [{"type": "VARCHAR", "other": {"reference": "VARCHAR"}}]
                }') AS patient
            FROM resource
            WHERE kind = 'Patient' AND contains(text, 'replace')
        )
    )

    SELECT
        CASE link.type WHEN 'replaced-by' THEN patient_id ELSE reference_id(link.other.reference, 'Patient') END
            AS from_patient_id,
        CASE link.type WHEN 'replaced-by' THEN reference_id(link.other.reference, 'Patient') ELSE patient_id END
            AS to_patient_id,
        merged_at,
        source_file,
        source_line
    FROM linked
    WHERE link.type IN ('replaced-by', 'replaces')
) TO $target (FORMAT parquet)
