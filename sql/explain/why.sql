-- one row per index draw asked about, rule, criterion and input of the patient.
SELECT
    rule_id, index_collected_at, criterion_id, says, verdict, input, value, unit, collected_at, specimen_id,
    source_value, source_unit, threshold, citation
FROM screen.why
WHERE patient_id = $patient_id
  AND list_contains($draws, index_collected_at)
