-- one row per index draw and rule of the patient that is met or indeterminate, the newest draw first.
SELECT rule_id, index_collected_at, status, tier, missing, caveats
FROM screen.finding
WHERE patient_id = $patient_id
  AND CAST(index_collected_at AS DATE) BETWEEN $first_day AND $as_of
ORDER BY rule_id, index_collected_at DESC
