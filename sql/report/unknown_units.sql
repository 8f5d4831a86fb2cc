-- One row per analyte and unit that is not in the analyte's list, the most frequent first.
select analyte, unit, rows
from quality.unknown_units
order by rows desc, analyte, unit
limit 25
