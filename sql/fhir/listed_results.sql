-- one row per result that a DiagnosticReport or a panel lists, with its patient and the time it is about; for later look-ups
COPY (
    WITH list AS (
        SELECT
            reference_id(list.subject.reference, 'Patient') AS patient_id,
            coalesce(
                list.effectiveDateTime, list.effectiveInstant, list.effectivePeriod.start, list.effectivePeriod.end,
                CASE WHEN len(list.effectiveTiming.event) = 1 THEN list.effectiveTiming.event[1] END
            ) AS collected_at,
            unnest(list_concat(list.result, list.hasMember)) AS listed
        FROM (
            SELECT
                try(from_json(text, '{
                    "resourceType": "VARCHAR",
                    "status": "VARCHAR",
                    "subject": {"reference": "VARCHAR"},
                    "effectiveDateTime": "VARCHAR",
                    "effectiveInstant": "VARCHAR",
                    "effectivePeriod": {"start": "VARCHAR", "end": "VARCHAR"},
                    "effectiveTiming": {"event": ["VARCHAR"]},
                    "result": [{"reference": "VARCHAR"}],
                    "hasMember": [{"reference": "VARCHAR"}]
                }')) AS list
            FROM resource_text
            WHERE contains(text, '"hasMember"') OR contains(text, '"DiagnosticReport"')
        )
        WHERE
            list.resourceType IN ('DiagnosticReport', 'Observation')
            AND coalesce(list.status NOT IN ('cancelled', 'entered-in-error'), TRUE)
    )

    SELECT
        reference_id(listed.reference, 'Observation') AS result_id,
        patient_id,
        collected_at
    FROM list
    WHERE collected_at IS NOT NULL AND patient_id IS NOT NULL AND reference_id(listed.reference, 'Observation') IS NOT NULL
) TO $target (FORMAT parquet)
