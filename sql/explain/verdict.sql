-- one row per index draw of the patient from the first day up to the day asked about: the stored verdict of every criterion.
SELECT *
FROM screen.verdict
WHERE patient_id = $patient_id
  AND CAST(index_collected_at AS DATE) BETWEEN $first_day AND $as_of
ORDER BY index_collected_at DESC
