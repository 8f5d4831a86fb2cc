-- One row per index draw of the patient in the 365 days up to the day asked about: the evidence it was judged by.
-- In the order of explain/verdict.
select *
from screen.evidence
where patient_id = $patient_id
  and cast(index_collected_at as date) between $as_of - 365 and $as_of
order by index_collected_at desc
