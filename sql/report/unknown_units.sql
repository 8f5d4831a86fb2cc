-- One row per analyte and unit that could not be used, over all sites, the most frequent first.
select analyte, unit, cast(sum(rows) as bigint) as rows
from quality.unknown_units
group by analyte, unit
order by rows desc, analyte, unit
limit 25
