-- one row per extract table and reason for quarantine (a row with two reasons counts under both).
WITH reasons AS (
    SELECT table_name, unnest(reasons) AS reason
    FROM quality.quarantine
)
SELECT table_name, reason, count(*) AS rows
FROM reasons
GROUP BY table_name, reason
ORDER BY rows DESC, table_name, reason
