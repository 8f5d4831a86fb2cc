-- one row per code that no rule reads, as it was sent, with its volume over all loads
CREATE VIEW quality.unmapped_codes AS
SELECT
    code_system,
    code,
    name,
    unit,
    CAST(sum(rows) AS BIGINT) AS rows
FROM run.unmapped_code
GROUP BY ALL
