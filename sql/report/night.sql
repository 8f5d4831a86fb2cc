-- One row: the night this report describes.
select run_id, as_of
from run.run
