-- macro: the id in a reference to a resource of a kind; null where it refers to another kind or to nothing outside
CREATE OR REPLACE MACRO reference_id(reference, kind) AS
CASE
    WHEN starts_with(reference, concat(kind, '/')) AND NOT contains(substr(reference, length(kind) + 2), '/')
        THEN substr(reference, length(kind) + 2)
    WHEN starts_with(reference, 'urn:uuid:') THEN substr(reference, 10)
    ELSE nullif(regexp_extract(reference, concat('(?:^|/)', kind, '/([^/?#]+)'), 1), '')
END
