-- one row per fate that is watched: laboratory rows that came tonight and met it
WITH tonight AS (
    SELECT
        coalesce(sum(rows), 0) AS rows,
        coalesce(sum(ignored), 0) AS ignored,
        coalesce(sum(quarantined), 0) AS quarantined
    FROM run.input_file
    WHERE table_name = 'lab_results' AND loaded_at = $loaded_at
)
SELECT 'rows' AS measure, rows AS amount FROM tonight
UNION ALL
SELECT 'ignored', ignored FROM tonight
UNION ALL
SELECT 'quarantined', quarantined FROM tonight
