-- One row per code and name that no rule reads, the most frequent first, and what it may be.
select
    code_system,
    code,
    name,
    sum(rows) as rows,
    arg_max(suggested, score) as suggested
from quality.unmapped_codes
group by code_system, code, name
order by rows desc, code_system, code, name
limit 25
