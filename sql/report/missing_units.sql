-- One row per site, analyte, unit and outcome of results that came without a unit, the most frequent first.
select site, analyte, unit, outcome, count(*) as months, cast(sum(results) as bigint) as results
from quality.missing_units
group by site, analyte, unit, outcome
order by results desc, site, analyte, outcome
limit 25
