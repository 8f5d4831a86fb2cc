-- one row per laboratory row of a piece; one that does not say when it was collected has the time at which its specimen,
-- of the same patient, was, if all that is known of the specimen says the same
COPY (
    WITH specimen AS (
        SELECT
            specimen_id,
            patient_id,
            CASE WHEN count(DISTINCT collected_at) = 1 THEN any_value(collected_at) END AS collected_at
        FROM read_parquet($specimens)
        -- an extract has far more specimens than results without a time
        WHERE specimen_id IN (SELECT specimen_id FROM read_parquet($piece) WHERE collected_at IS NULL)
        GROUP BY specimen_id, patient_id
    )

    SELECT result.* REPLACE (coalesce(result.collected_at, specimen.collected_at) AS collected_at)
    FROM read_parquet($piece) AS result
    LEFT JOIN specimen ON result.specimen_id = specimen.specimen_id AND result.patient_id = specimen.patient_id
) TO $target (FORMAT parquet)
