-- one row: how many patients, blood counts and results the night knows; the denominator of every percentage of patients
SELECT
    population.patients,
    population.draws,
    population.recent_patients,
    (SELECT CAST(coalesce(sum(results), 0) AS BIGINT) FROM run.site_results) AS results
FROM run.population
