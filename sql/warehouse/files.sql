-- one row per file ever loaded, with its rows by fate when it was
SELECT table_name, source_file, bytes, sha256, rows, accepted, duplicate, superseded, ignored, quarantined, loaded_at
FROM run.input_file
ORDER BY table_name, source_file
