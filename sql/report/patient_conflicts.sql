-- one row per kind of disagreement between rows of a patient and column: patients.
SELECT flag, column_name, count(*) AS patients
FROM quality.patient_conflicts
GROUP BY flag, column_name
ORDER BY patients DESC, flag, column_name
