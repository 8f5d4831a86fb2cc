-- One row per kind of quality flag: results that carry it, and patients.
select flag, count(*) as results, count(distinct patient_id) as patients
from quality.flag
group by flag
order by results desc, flag
