-- one row per file and kind of resource at hand, with how many there are; kind is null for texts that are no resource
SELECT
    source_file,
    kind,
    count(*) AS resources
FROM resource
GROUP BY source_file, kind
