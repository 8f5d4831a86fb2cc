-- One row per index draw of the patient in the 365 days up to the day asked about, the newest first.
select index_collected_at, index_specimen_id, age_years
from screen.evidence
where patient_id = $patient_id
  and cast(index_collected_at as date) between $as_of - 365 and $as_of
order by index_collected_at desc
