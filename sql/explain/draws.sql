-- One row per index draw of the patient from the first day up to the day asked about, the newest first.
select index_collected_at, index_specimen_id, age_years
from screen.evidence
where patient_id = $patient_id
  and cast(index_collected_at as date) between $first_day and $as_of
order by index_collected_at desc
