-- one row per change of membership ever: those of the nights before, then tonight's
COPY (
    WITH earlier AS (
        SELECT * FROM read_parquet($earlier_ledger)
    ),

    before AS (
        SELECT * FROM read_parquet($before)
    ),

    after AS (
        SELECT * FROM read_parquet($after)
    ),

    members_once AS (
        SELECT DISTINCT patient_id, rule_id
        FROM earlier
        WHERE event IN ('entered', 'reentered')
    ),

    dead AS (
        SELECT DISTINCT patient_id
        FROM read_parquet($patients)
        WHERE death_date <= CAST($as_of AS DATE)
    )

    SELECT * FROM earlier
    UNION ALL BY NAME
    SELECT
        coalesce(after.patient_id, before.patient_id) AS patient_id,
        coalesce(after.rule_id, before.rule_id) AS rule_id,
        coalesce(after.rule_version, before.rule_version) AS rule_version,
        CASE
            WHEN after.status = 'met' AND before.status = 'met' THEN 'tier_changed'
            WHEN after.status = 'met' AND members_once.patient_id IS NOT NULL THEN 'reentered'
            WHEN after.status = 'met' THEN 'entered'
            WHEN after.status = 'indeterminate' THEN 'became_indeterminate'
            ELSE 'left'
        END AS event,
        before.tier AS tier_before,
        after.tier AS tier_after,
        CASE
            WHEN $first_night THEN 'backfill'
            WHEN before.rule_version <> after.rule_version THEN 'rule_changed'
            WHEN after.status IS NULL AND dead.patient_id IS NOT NULL THEN 'died'
            WHEN
                after.status IS NULL
                AND CAST(before.index_collected_at AS DATE) < CAST($as_of AS DATE) - CAST($look_back_days AS INTEGER)
                THEN 'aged_out'
            ELSE 'new_result'
        END AS because,
        CAST(NULL AS VARCHAR) AS caused_by,
        CAST($as_of AS DATE) AS as_of,
        CAST($run_id AS VARCHAR) AS run_id
    FROM before
    FULL JOIN after ON before.patient_id = after.patient_id AND before.rule_id = after.rule_id
    LEFT JOIN members_once
        ON
            coalesce(after.patient_id, before.patient_id) = members_once.patient_id
            AND coalesce(after.rule_id, before.rule_id) = members_once.rule_id
    LEFT JOIN dead ON coalesce(after.patient_id, before.patient_id) = dead.patient_id
    WHERE
        (after.status = 'met' OR before.status = 'met')
        AND (after.status IS DISTINCT FROM before.status OR after.tier IS DISTINCT FROM before.tier)
)
TO $path (FORMAT parquet, COMPRESSION zstd)
