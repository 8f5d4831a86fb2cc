-- one row: the patient, as the extract describes them; no row if the night does not know the patient.
-- A patient may have results, events or rows in quarantine, and no row in the patients table.
SELECT asked.patient_id, patient.sex, patient.birth_date, patient.death_date
FROM (SELECT $patient_id AS patient_id) AS asked
LEFT JOIN lab.patient AS patient USING (patient_id)
WHERE patient.patient_id IS NOT NULL
   OR EXISTS (SELECT 1 FROM lab.result AS result WHERE result.patient_id = $patient_id)
   OR EXISTS (SELECT 1 FROM screen.evidence AS draw WHERE draw.patient_id = $patient_id)
   OR EXISTS (SELECT 1 FROM lab.clinical_event AS event WHERE event.patient_id = $patient_id)
   OR EXISTS (SELECT 1 FROM quality.quarantine AS rejected WHERE rejected.patient_id = $patient_id)
