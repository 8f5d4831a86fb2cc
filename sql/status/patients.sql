-- one row: patients of a night's membership file who are in a cohort, and those for whom a cohort cannot be determined
SELECT
    count(DISTINCT patient_id) FILTER (WHERE status = 'met') AS in_a_cohort,
    count(DISTINCT patient_id) FILTER (WHERE status = 'indeterminate') AS undetermined
FROM read_parquet($file)
