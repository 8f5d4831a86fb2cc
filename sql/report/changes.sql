-- one row per rule of which a patient's place changed tonight: patients by what changed, and those whom the first night found.
SELECT
    title,
    count(*) FILTER (WHERE what = 'new') AS newly,
    count(*) FILTER (WHERE what = 'worse') AS worse,
    count(*) FILTER (WHERE what = 'better') AS better,
    count(*) FILTER (WHERE what = 'resolved') AS resolved,
    count(*) FILTER (WHERE what = 'gone') AS gone,
    count(*) FILTER (WHERE what = 'withdrawn') AS withdrawn,
    count(*) FILTER (WHERE what = 'undecided') AS undecided,
    count(*) FILTER (WHERE because = 'backfill') AS first_night
FROM cohort.tonight
GROUP BY title
ORDER BY title
