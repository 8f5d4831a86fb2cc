-- one row per file of the extract, with its rows by fate
SELECT table_name, source_file, bytes, sha256, rows, accepted, duplicate, superseded, ignored, quarantined
FROM run.input_file
ORDER BY table_name, source_file
