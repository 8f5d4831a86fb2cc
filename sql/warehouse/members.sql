-- one row per member of a cohort, as people open it: the surest tier first
SELECT
    member.rule_id,
    member.patient_id,
    member.tier,
    member.entered_on,
    member.index_collected_at,
    finding.index_specimen_id,
    nullif(array_to_string(finding.caveats, '; '), '') AS caveats
FROM read_parquet($members) AS member
LEFT JOIN (
    SELECT patient_id, rule_id, index_collected_at, index_specimen_id, caveats
    FROM read_parquet($findings)
    WHERE status = 'met'
) AS finding
    ON
        member.patient_id = finding.patient_id
        AND member.rule_id = finding.rule_id
        AND member.index_collected_at = finding.index_collected_at
WHERE member.status = 'met'
ORDER BY
    member.rule_id,
    CASE member.tier WHEN 'confirmed' THEN 1 WHEN 'probable' THEN 2 ELSE 3 END,
    member.patient_id
