-- one row per index draw, rule and criterion: the stored verdict, and the result that was read for it
CREATE VIEW screen.why AS
WITH verdicts AS (
    SELECT patient_id, index_collected_at, criterion_id, verdict
    FROM (
        SELECT
            patient_id,
            index_collected_at,
            COLUMNS(lambda c:
                NOT suffix(c, '__status') AND c NOT IN ('patient_id', 'index_specimen_id', 'index_collected_at')
            )
        FROM screen.verdict
    )
    UNPIVOT INCLUDE NULLS (
        verdict FOR criterion_id IN (COLUMNS(* EXCLUDE (patient_id, index_collected_at)))
    )
),

measured AS (
    SELECT patient_id, index_collected_at, value_column, value
    FROM (
        SELECT
            patient_id,
            index_collected_at,
            CAST(COLUMNS(lambda c:
                NOT (suffix(c, '_collected_at') OR suffix(c, '_low') OR suffix(c, '_high'))
                AND c NOT IN ('patient_id', 'index_specimen_id', 'sex')
            ) AS DOUBLE)
        FROM screen.evidence
    )
    UNPIVOT (
        value FOR value_column IN (COLUMNS(* EXCLUDE (patient_id, index_collected_at)))
    )
),

dated AS (
    SELECT patient_id, index_collected_at, date_column, collected_at
    FROM (
        SELECT
            patient_id,
            index_collected_at,
            COLUMNS(lambda c: suffix(c, '_collected_at') AND c <> 'index_collected_at')
        FROM screen.evidence
    )
    UNPIVOT (
        collected_at FOR date_column IN (COLUMNS(* EXCLUDE (patient_id, index_collected_at)))
    )
)

SELECT
    verdicts.patient_id,
    criterion.rule_id,
    verdicts.index_collected_at,
    criterion.criterion_id,
    criterion.says,
    verdicts.verdict,
    criterion.input,
    measured.value,
    criterion.unit,
    dated.collected_at,
    if(chosen.analyte IS NULL, source.specimen_id, chosen.specimen_id) AS specimen_id,
    if(chosen.analyte IS NULL, source.source_value, chosen.source_value) AS source_value,
    if(chosen.analyte IS NULL, source.source_unit, chosen.source_unit) AS source_unit,
    criterion.threshold,
    criterion.citation
FROM verdicts
INNER JOIN reference.criterion AS criterion ON verdicts.criterion_id = criterion.criterion_id
LEFT JOIN measured
    ON
        verdicts.patient_id = measured.patient_id
        AND verdicts.index_collected_at = measured.index_collected_at
        AND criterion.value_column = measured.value_column
LEFT JOIN dated
    ON
        verdicts.patient_id = dated.patient_id
        AND verdicts.index_collected_at = dated.index_collected_at
        AND criterion.date_column = dated.date_column
LEFT JOIN ( -- of several results at one moment the one whose value was read
    SELECT
        patient_id,
        analyte,
        collected_at,
        value,
        min(specimen_id) AS specimen_id,
        min_by(source_value, coalesce(specimen_id, '')) AS source_value,
        min_by(source_unit, coalesce(specimen_id, '')) AS source_unit
    FROM lab.result
    WHERE superseded_at IS NULL
    GROUP BY ALL
) AS chosen
    ON
        verdicts.patient_id = chosen.patient_id
        AND criterion.input = chosen.analyte
        AND dated.collected_at = chosen.collected_at
        AND measured.value = chosen.value
LEFT JOIN (
    SELECT
        patient_id,
        analyte,
        collected_at,
        min(specimen_id) AS specimen_id,
        min_by(source_value, coalesce(specimen_id, '')) AS source_value,
        min_by(source_unit, coalesce(specimen_id, '')) AS source_unit
    FROM lab.result
    WHERE superseded_at IS NULL
    GROUP BY ALL
) AS source
    ON
        verdicts.patient_id = source.patient_id
        AND criterion.input = source.analyte
        AND dated.collected_at = source.collected_at
