-- one row per specimen that a measurement may point to
CREATE TEMP TABLE tube AS
SELECT
    try_cast(specimen_id AS BIGINT) AS specimen_id,
    coalesce(any_value(specimen_source_id), any_value(specimen_id)) AS name,
    any_value(specimen_datetime) AS collected_at,
    left(any_value(specimen_date), 10) AS day
FROM specimen
GROUP BY try_cast(specimen_id AS BIGINT)
