-- One row: the patient, as the extract tells; no row if the night does not know the patient.
-- A patient may have results, events or rows in quarantine, and no row in the patients table.
select asked.patient_id, patient.sex, patient.birth_date, patient.death_date
from (select $patient_id as patient_id) as asked
left join lab.patient as patient using (patient_id)
where patient.patient_id is not null
   or exists (select 1 from lab.result as result where result.patient_id = $patient_id)
   or exists (select 1 from screen.evidence as draw where draw.patient_id = $patient_id)
   or exists (select 1 from lab.clinical_event as event where event.patient_id = $patient_id)
   or exists (select 1 from quality.quarantine as rejected where rejected.patient_id = $patient_id)
