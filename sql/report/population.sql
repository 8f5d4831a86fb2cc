-- One row: how many patients and blood counts the night knows; the denominator of every percentage of patients.
select
    -- a blood count may be of a patient whom the patients file lacks
    (select count(*) from (select patient_id from lab.patient union select patient_id from screen.evidence)) as patients,
    (select count(*) from screen.evidence) as draws,
    (
        select count(distinct patient_id)
        from screen.evidence
        where cast(index_collected_at as date) between $as_of - 365 and $as_of
    ) as recent_patients,
    (select count(*) from lab.result where superseded_at is null) as results
