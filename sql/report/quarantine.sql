-- One row per extract table and reason for quarantine (a row with two reasons counts under both).
with reasons as (
    select table_name, unnest(reasons) as reason
    from quality.quarantine
)
select table_name, reason, count(*) as rows
from reasons
group by table_name, reason
order by rows desc, table_name, reason
