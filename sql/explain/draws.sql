-- one row per index draw of the patient from the first day up to the day asked about, the newest first.
SELECT index_collected_at, index_specimen_id, age_years
FROM screen.evidence
WHERE patient_id = $patient_id
  AND CAST(index_collected_at AS DATE) BETWEEN $first_day AND $as_of
ORDER BY index_collected_at DESC
