-- One row: the night that answers.
select run_id, as_of
from run.run
order by as_of desc, run_id desc
limit 1
