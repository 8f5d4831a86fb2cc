-- One row per site: usable results in force and the newest collection day.
select
    site,
    count(*) as results,
    cast(max(collected_at) as date) as newest,
    $as_of - cast(max(collected_at) as date) as days_before_night
from lab.result
where superseded_at is null
group by site
order by results desc, site
limit 40
