-- One row per rule of the night.
select rule_id, version, title, side, summary, follow_up
from reference.rule
order by rule_id
