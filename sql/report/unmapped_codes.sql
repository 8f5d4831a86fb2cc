-- One row per code that no rule reads, the most frequent first.
select code_system, code, name, rows
from quality.unmapped_codes
order by rows desc, code_system, code
limit 25
