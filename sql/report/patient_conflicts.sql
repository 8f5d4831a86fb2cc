-- One row per kind of disagreement between rows of a patient and column: patients.
select flag, column_name, count(*) as patients
from quality.patient_conflicts
group by flag, column_name
order by patients desc, flag, column_name
