-- one row per kind of quality flag: results that carry it, and patients.
SELECT flag, count(*) AS results, count(DISTINCT patient_id) AS patients
FROM quality.flag
GROUP BY flag
ORDER BY results DESC, flag
