-- One row per rule of which a patient's place changed tonight: patients by what changed, and those whom the first night found.
select
    title,
    count(*) filter (where what = 'new') as newly,
    count(*) filter (where what = 'worse') as worse,
    count(*) filter (where what = 'better') as better,
    count(*) filter (where what = 'resolved') as resolved,
    count(*) filter (where what = 'gone') as gone,
    count(*) filter (where what = 'withdrawn') as withdrawn,
    count(*) filter (where what = 'undecided') as undecided,
    count(*) filter (where because = 'backfill') as first_night
from cohort.tonight
group by title
order by title
