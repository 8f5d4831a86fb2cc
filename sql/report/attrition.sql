-- One row per rule and step, from all blood counts to the cohort.
select rule_id, step, says, draws, patients
from run.attrition
order by rule_id, step
