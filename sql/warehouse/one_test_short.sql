-- one row per patient and rule that a single missing test keeps from a verdict, and which test
CREATE VIEW screen.one_test_short AS
SELECT
    member.patient_id,
    member.rule_id,
    member.index_collected_at,
    finding.missing[1] AS missing_test
FROM cohort.membership AS member
INNER JOIN screen.finding AS finding
    ON
        member.patient_id = finding.patient_id
        AND member.rule_id = finding.rule_id
        AND member.index_collected_at = finding.index_collected_at
WHERE member.status = 'indeterminate'
    AND len(finding.missing) = 1
