-- macro: the first day on which something that began at a time surely had begun: a year or a month is over on its last
-- day, or was cut short by the record itself
CREATE OR REPLACE MACRO first_sure_day(began, recorded) AS
CASE
    WHEN regexp_full_match(began, '\d{4}') AND starts_with(recorded, began) AND length(recorded) >= 10 THEN recorded
    WHEN regexp_full_match(began, '\d{4}') THEN concat(began, '-12-31')
    WHEN regexp_full_match(began, '\d{4}-\d\d') AND starts_with(recorded, began) AND length(recorded) >= 10 THEN recorded
    WHEN regexp_full_match(began, '\d{4}-\d\d')
        THEN coalesce(last_day(try_cast(concat(began, '-01') AS DATE))::VARCHAR, began)
    ELSE coalesce(began, recorded)
END
