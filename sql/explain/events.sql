-- One row per event of the patient, as the night knows it. There is one patient, numbered 0.
select cast(0 as bigint) as patient, kind, code_system, code, start_date, end_date
from lab.clinical_event
where patient_id = $patient_id
