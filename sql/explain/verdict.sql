-- One row per index draw of the patient from the first day up to the day asked about: the stored verdict of every criterion.
select *
from screen.verdict
where patient_id = $patient_id
  and cast(index_collected_at as date) between $first_day and $as_of
order by index_collected_at desc
