-- one row per patient of a bucket: draws, and rows and checksums of findings, why and membership, whatever their order.
-- A checksum is md5_number_lower's, taken by a shift: that function writes the number as bits first, and takes twice as long.
WITH findings AS (
    SELECT
        patient_id,
        count(*) AS findings,
        sum(CAST(md5_number(concat_ws('|',
            patient_id, coalesce(index_specimen_id, '-'), epoch_us(index_collected_at), rule_id, rule_version, status,
            coalesce(tier, '-'), array_to_string(missing, ','), coalesce(side, '-'), array_to_string(caveats, ',')
        )) >> 64 AS UBIGINT)) AS findings_sum,
        count(*) FILTER (WHERE list_has_any(caveats, $inferred)) AS inferred,
        count(*) FILTER (WHERE list_has_any(caveats, $inferred) AND status = 'met') AS inferred_met
    FROM read_parquet($finding)
    GROUP BY patient_id
),

-- what a criterion says, its limit and source belong to the rule book and are the same in every row of it
why AS (
    SELECT
        patient_id,
        count(*) AS why,
        sum(CAST(md5_number(concat_ws('|',
            patient_id, rule_id, epoch_us(index_collected_at), criterion_id, coalesce(CAST(verdict AS VARCHAR), '-'),
            coalesce(input, '-'), coalesce(CAST(value AS VARCHAR), '-'), coalesce(epoch_us(collected_at), -1),
            coalesce(specimen_id, '-'), coalesce(source_value, '-'), coalesce(source_unit, '-')
        )) >> 64 AS UBIGINT)) AS why_sum
    FROM read_parquet($why)
    GROUP BY patient_id
),

members AS (
    SELECT
        patient_id,
        count(*) AS members,
        sum(CAST(md5_number(concat_ws('|',
            patient_id, rule_id, rule_version, status, coalesce(tier, '-'),
            coalesce(CAST(entered_on AS VARCHAR), '-'), epoch_us(index_collected_at)
        )) >> 64 AS UBIGINT)) AS members_sum
    FROM read_parquet($membership)
    GROUP BY patient_id
),

draws AS (
    SELECT patient_id, count(*) AS draws, max(index_collected_at) AS newest_draw
    FROM read_parquet($evidence)
    GROUP BY patient_id
)

SELECT
    draws.patient_id,
    draws.draws,
    draws.newest_draw,
    coalesce(findings.findings, 0) AS findings,
    CAST(coalesce(findings.findings_sum, 0) AS DECIMAL(38, 0)) AS findings_sum,
    coalesce(findings.inferred, 0) AS inferred,
    coalesce(findings.inferred_met, 0) AS inferred_met,
    coalesce(why.why, 0) AS why,
    CAST(coalesce(why.why_sum, 0) AS DECIMAL(38, 0)) AS why_sum,
    coalesce(members.members, 0) AS members,
    CAST(coalesce(members.members_sum, 0) AS DECIMAL(38, 0)) AS members_sum
FROM draws
LEFT JOIN findings ON draws.patient_id = findings.patient_id
LEFT JOIN why ON draws.patient_id = why.patient_id
LEFT JOIN members ON draws.patient_id = members.patient_id
ORDER BY draws.patient_id
