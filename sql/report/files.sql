-- One row per input file: its rows by fate.
select table_name, source_file, rows, accepted, duplicate, superseded, ignored, quarantined
from run.input_file
order by table_name, source_file
