-- one row: rows and checksum of the findings, the why and the membership, whatever their order
WITH findings AS (
    SELECT md5_number_lower(concat_ws('|',
        patient_id, coalesce(index_specimen_id, '-'), epoch_us(index_collected_at), rule_id, rule_version, status,
        coalesce(tier, '-'), array_to_string(missing, ','), coalesce(side, '-'), array_to_string(caveats, ','),
        as_of
    )) AS checksum
    FROM read_parquet($findings)
),

-- What a criterion says, its limit and source are the same in every row of it: they are summed once.
criteria AS (
    SELECT DISTINCT rule_id, criterion_id, says, input, unit, threshold, citation
    FROM read_parquet($why)
),

said AS (
    SELECT md5_number_lower(CAST(criteria AS VARCHAR)) AS checksum FROM criteria
),

why AS (
    SELECT md5_number_lower(concat_ws('|',
        patient_id, rule_id, epoch_us(index_collected_at), criterion_id, coalesce(CAST(verdict AS VARCHAR), '-'),
        coalesce(input, '-'), coalesce(CAST(value AS VARCHAR), '-'), coalesce(epoch_us(collected_at), -1),
        coalesce(specimen_id, '-'), coalesce(source_value, '-'), coalesce(source_unit, '-')
    )) AS checksum
    FROM read_parquet($why)
),

members AS (
    SELECT md5_number_lower(concat_ws('|',
        patient_id, rule_id, rule_version, status, coalesce(tier, '-'), coalesce(CAST(entered_on AS VARCHAR), '-'),
        epoch_us(index_collected_at)
    )) AS checksum
    FROM read_parquet($members)
)

SELECT concat_ws(' ',
    (SELECT count(*) || ':' || coalesce(sum(checksum), 0) FROM findings),
    (SELECT count(*) || ':' || coalesce(sum(checksum), 0) FROM why),
    (SELECT count(*) || ':' || coalesce(sum(checksum), 0) FROM said),
    (SELECT count(*) || ':' || coalesce(sum(checksum), 0) FROM members)
) AS digest
