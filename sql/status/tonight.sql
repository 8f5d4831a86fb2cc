-- one row per rule and kind of change: patients whose place in a cohort changed tonight
SELECT title, event, count(DISTINCT patient_id) AS patients
FROM cohort.tonight
GROUP BY title, event
ORDER BY title, event
