-- One row per table and view of a night: its name as a query spells it, and what it holds.
select schema_name || '.' || table_name as "table", comment as says
from duckdb_tables()
where not internal
union all
select schema_name || '.' || view_name, comment
from duckdb_views()
where not internal
order by 1
