-- one row per night and fate: laboratory rows that came
SELECT night, as_of, measure, amount, occasion FROM run.measure WHERE measure IN ('rows', 'ignored', 'quarantined') ORDER BY night, measure
