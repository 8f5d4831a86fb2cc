-- One row: the night that answers.
select run_id, as_of
from run.run
