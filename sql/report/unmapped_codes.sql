-- one row per code and name that no rule reads, the most frequent first, and what it may be.
SELECT
    code_system,
    code,
    name,
    sum(rows) AS rows,
    arg_max(suggested, score) AS suggested
FROM quality.unmapped_codes
GROUP BY code_system, code, name
ORDER BY rows DESC, code_system, code, name
LIMIT 25
