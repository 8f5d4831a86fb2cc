-- one row per file and kind of resource, with how many of its resources say that something is not so and become no row
SELECT
    source_file,
    kind,
    count(*) AS resources
FROM resource
WHERE is_left_out(kind, text)
GROUP BY source_file, kind
