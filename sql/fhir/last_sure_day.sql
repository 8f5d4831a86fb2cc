-- macro: the last day on which something that ended at a time surely still was: a year or a month ends at the soonest
-- on its first day
CREATE OR REPLACE MACRO last_sure_day(ended, first_day) AS
CASE
    WHEN regexp_full_match(ended, '\d{4}') THEN greatest(concat(ended, '-01-01'), left(first_day, 10))
    WHEN regexp_full_match(ended, '\d{4}-\d\d') THEN greatest(concat(ended, '-01'), left(first_day, 10))
    ELSE ended
END
