-- one row per patient and rule that changed tonight, for whom to do what: new, worse, better, resolved, gone, withdrawn, undecided
CREATE VIEW cohort.tonight AS
SELECT
    CASE
        WHEN ledger.event IN ('entered', 'reentered') THEN 'new'
        WHEN ledger.event = 'tier_changed' AND before.surer > after.surer THEN 'worse'
        WHEN ledger.event = 'tier_changed' THEN 'better'
        WHEN ledger.event = 'became_indeterminate' THEN 'undecided'
        WHEN ledger.because IN ('corrected_result', 'withdrawn', 'merged', 'unmerged', 'rule_changed', 'setting_changed')
            THEN 'withdrawn'
        WHEN ledger.because IN ('died', 'aged_out') THEN 'gone'
        ELSE 'resolved'
    END AS what,
    ledger.patient_id,
    ledger.rule_id,
    rule.title,
    rule.side,
    ledger.event,
    ledger.tier_before,
    ledger.tier_after,
    ledger.because,
    ledger.caused_by,
    rule.follow_up
FROM cohort.ledger AS ledger
INNER JOIN reference.rule AS rule ON ledger.rule_id = rule.rule_id
INNER JOIN run.run AS night ON ledger.run_id = night.run_id
LEFT JOIN (VALUES ('confirmed', 1), ('probable', 2), ('possible', 3)) AS before(tier, surer)
    ON ledger.tier_before = before.tier
LEFT JOIN (VALUES ('confirmed', 1), ('probable', 2), ('possible', 3)) AS after(tier, surer)
    ON ledger.tier_after = after.tier
WHERE ledger.tier_before IS NOT NULL
    OR ledger.tier_after IS NOT NULL
