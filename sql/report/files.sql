-- one row per input file: its rows by fate.
SELECT table_name, source_file, rows, accepted, duplicate, superseded, ignored, quarantined
FROM run.input_file
ORDER BY table_name, source_file
