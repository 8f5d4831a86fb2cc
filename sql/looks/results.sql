-- one row per night, site and analyte: results that came, and the newest
SELECT night, as_of, site, analyte, amount, newest, occasion FROM run.measure WHERE measure = 'results' ORDER BY site, analyte, night
