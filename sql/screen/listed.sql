-- one row per membership row of a bucket, with the finding of the draw that decides it
SELECT
    member.patient_id,
    member.rule_id,
    member.status,
    member.tier,
    member.entered_on,
    member.index_collected_at,
    finding.index_specimen_id,
    finding.missing,
    finding.caveats
FROM read_parquet($membership) AS member
LEFT JOIN read_parquet($finding) AS finding
    ON
        member.patient_id = finding.patient_id
        AND member.rule_id = finding.rule_id
        AND member.index_collected_at = finding.index_collected_at
        AND member.status = finding.status
ORDER BY member.patient_id, member.rule_id
