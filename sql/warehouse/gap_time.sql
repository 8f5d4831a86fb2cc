-- one row per patient, time to care and episode as of the night: a gap that only the night ended is watched until this one
CREATE VIEW screen.gap_time AS
SELECT episode.* REPLACE (
    CASE
        WHEN episode.censored_by = 'night' THEN date_diff('day', episode.clock_start, run.as_of)
        ELSE episode.days
    END AS days,
    CASE
        WHEN episode.censored_by = 'night' AND episode.days_from_result IS NOT NULL
            THEN greatest(0, date_diff('day', episode.resulted_on, run.as_of))
        ELSE episode.days_from_result
    END AS days_from_result
)
FROM screen.gap_episode AS episode
CROSS JOIN run.run AS run
