-- One row per rule the patient belongs to, or that cannot be decided, as of the night.
select rule_id, status, tier, entered_on, index_collected_at
from cohort.membership
where patient_id = $patient_id
