-- one row per patient and rule that changed tonight
CREATE VIEW cohort.tonight AS
SELECT
    ledger.patient_id,
    ledger.rule_id,
    rule.title,
    rule.side,
    ledger.event,
    ledger.tier_before,
    ledger.tier_after,
    ledger.because,
    rule.follow_up
FROM cohort.ledger AS ledger
INNER JOIN reference.rule AS rule ON ledger.rule_id = rule.rule_id
INNER JOIN run.run AS night ON ledger.run_id = night.run_id
