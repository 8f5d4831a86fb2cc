-- one row: a patient with a cohort to explain, the surest tier first
SELECT patient_id
FROM cohort.membership
WHERE status = 'met'
ORDER BY CASE tier WHEN 'confirmed' THEN 1 WHEN 'probable' THEN 2 ELSE 3 END, patient_id
LIMIT 1
