-- one row per file and kind of resource at hand, with how many there are and how many laboratory rows they are to become;
-- kind is null for texts that are no resource
SELECT
    source_file,
    kind,
    count(*) AS resources,
    coalesce(sum(1 + components), 0)::BIGINT AS results
FROM resource
GROUP BY source_file, kind
