-- one row per reason: quarantined rows
SELECT reason, count(*) AS rows
FROM (SELECT unnest(reasons) AS reason FROM quality.quarantine)
GROUP BY reason
ORDER BY rows DESC, reason
LIMIT 20
