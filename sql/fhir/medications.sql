-- one row per Medication, with its codings and its name; for later look-ups
COPY (
    SELECT
        referred_by(full_url, medication.id) AS id,
        event_codings(medication.code) AS codings,
        drug_name(medication.code) AS name
    FROM (
        SELECT
            *,
            from_json(text, '{
                "id": "VARCHAR",
                "code": {"coding": [{"system": "VARCHAR", "code": "VARCHAR", "display": "VARCHAR"}], "text": "VARCHAR"}
            }') AS medication
        FROM resource
        WHERE kind = 'Medication'
    )
) TO $target (FORMAT parquet)
