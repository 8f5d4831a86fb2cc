-- one row per rule the patient belongs to, or that cannot be decided, as of the night.
SELECT rule_id, status, tier, entered_on, index_collected_at
FROM cohort.membership
WHERE patient_id = $patient_id
