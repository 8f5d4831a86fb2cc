-- one row per laboratory row of a piece; one that does not say when it was collected has the time of the report or panel
-- of the same patient that lists it, if all of them say the same
COPY (
    WITH list AS (
        SELECT
            result_id,
            patient_id,
            CASE WHEN count(DISTINCT collected_at) = 1 THEN any_value(collected_at) END AS collected_at
        FROM read_parquet($listed_results)
        GROUP BY result_id, patient_id
    )

    SELECT result.* REPLACE (coalesce(result.collected_at, list.collected_at) AS collected_at)
    FROM read_parquet($piece) AS result
    LEFT JOIN list ON result.result_id = list.result_id AND result.patient_id = list.patient_id
) TO $target (FORMAT parquet)
