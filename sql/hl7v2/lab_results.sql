-- one row per OBX of a message of results; nothing is dropped
COPY (
    WITH head AS (
        SELECT
            segment AS message,
            coalesce(part(fields[4], 1), part(fields[4], 2)) AS facility,
            nullif(regexp_extract(split_part(fields[7], '^', 1), '[+-]\d{4}$'), '') AS zone
        FROM (SELECT segment, fields_of(text) AS fields FROM message)
    ),

    person AS (
        SELECT
            segment AS patient,
            unescaped(patient_id_of(fields[4], fields[3])) AS patient_id
        FROM (SELECT segment, fields_of(text) AS fields FROM patient)
    ),

    tube AS (
        SELECT
            segment AS specimen,
            -- SPM-2 names the specimen by its filler and by its placer
            coalesce(
                nullif(split_part(split_part(fields[3], '^', 2), '&', 1), ''),
                nullif(split_part(split_part(fields[3], '^', 1), '&', 1), '')
            ) AS specimen_id,
            coalesce(part(fields[5], 2), part(fields[5], 9), part(fields[5], 1)) AS material,
            part(fields[18], 1) AS taken_at
        FROM (SELECT segment, fields_of(text) AS fields FROM specimen)
    ),

    remark AS (
        SELECT
            owner,
            string_agg(unescaped(replace(fields[4], '~', ' ')), ' ' ORDER BY segment) AS remark
        FROM (SELECT segment, owner, fields_of(text) AS fields FROM note)
        GROUP BY owner
    ),

    ordered AS (
        SELECT
            report.segment AS report,
            report.message,
            tube.specimen_id,
            -- before there was SPM, OBR-15 named the material
            coalesce(tube.material, nullif(split_part(part(fields[16], 1), '&', 1), '')) AS material,
            coalesce(part(fields[4], 1), part(fields[3], 1)) AS order_id,
            -- the time of collection; some senders have it with the specimen only
            coalesce(nullif(part(fields[8], 1), '""'), tube.taken_at) AS taken_at,
            nullif(part(fields[23], 1), '""') AS reported_at,
            -- of an order A and N say that some or all results are still to come, not what they say of a result
            CASE WHEN upper(trim(fields[26])) IN ('A', 'N') THEN 'P' ELSE nullif(trim(fields[26]), '') END AS status,
            remark.remark
        FROM (SELECT segment, message, specimen, fields_of(text) AS fields FROM report) AS report
        LEFT JOIN tube ON report.specimen = tube.specimen
        LEFT JOIN remark ON report.segment = remark.owner
    ),

    placed AS (
        SELECT
            ordered.report,
            unescaped(ordered.specimen_id) AS specimen_id,
            unescaped(ordered.order_id) AS order_id,
            unescaped(ordered.material) AS material,
            moment(ordered.taken_at, head.zone) AS taken_at,
            moment(ordered.reported_at, head.zone) AS reported_at,
            -- a number that one message gives to two times of collection is that of a series, and of none of its results
            min(ordered.taken_at) OVER numbered IS DISTINCT FROM max(ordered.taken_at) OVER numbered AS is_series,
            ordered.status,
            ordered.remark
        FROM ordered
        LEFT JOIN head ON ordered.message = head.message
        WINDOW numbered AS (PARTITION BY ordered.message, ordered.order_id)
    ),

    -- twice read rather than once written down and kept
    observed AS NOT MATERIALIZED (
        SELECT
            segment,
            message,
            patient,
            report,
            source_file,
            source_line,
            value_of(upper(value_type), value) AS value,
            sub_id,
            letter,
            part(observed_at, 1) AS observed_at,
            part(analyzed_at, 1) AS analyzed_at,
            -- what says which test it was and how it was reported: the same words again and again
            concat(test, '|', unit, '|', limits, '|', abnormal_flag, '|', method, '|', laboratory) AS words
        FROM observation
    ),

    read AS (
        SELECT
            words,
            parts[1] AS test,
            unit_of(parts[2]) AS unit,
            -- some laboratories send the two limits as components, 4.50&5.90
            regexp_replace(split_part(parts[3], '~', 1), '^\s*(-?[\d.,]+)\s*[&^]\s*(-?[\d.,]+)', '\1-\2') AS limits,
            replace(parts[4], '~', ' ') AS abnormal_flag,
            -- below or above what the instrument can measure: the number is where its scale ends
            nullif(regexp_extract(parts[4], '(?:^|~)\s*([<>])\s*(?:[~^]|$)', 1), '') AS off_scale,
            coalesce(part(parts[5], 2), part(parts[5], 1)) AS method,
            part(parts[6], 1) AS laboratory,
            names_loinc(split_part(parts[1], '^', 3)) AS first_is_loinc,
            names_loinc(split_part(parts[1], '^', 6)) AS second_is_loinc,
            names_loinc(split_part(parts[1], '^', 12)) AS third_is_loinc
        FROM (SELECT words, string_split(words, '|') AS parts FROM (SELECT DISTINCT words FROM observed))
    ),

    coded AS (
        SELECT
            *,
            -- where the code that counts begins: the LOINC one that names an analyte, else the first LOINC one
            CASE
                WHEN first_is_loinc AND list_contains(string_split($loinc, ' '), trim(split_part(test, '^', 1))) THEN 1
                WHEN second_is_loinc AND list_contains(string_split($loinc, ' '), trim(split_part(test, '^', 4))) THEN 4
                WHEN third_is_loinc AND list_contains(string_split($loinc, ' '), trim(split_part(test, '^', 10))) THEN 10
                WHEN first_is_loinc THEN 1
                WHEN second_is_loinc THEN 4
                WHEN third_is_loinc THEN 10
            END AS loinc_at
        FROM read
    ),

    named AS (
        SELECT
            *,
            coalesce(part(test, loinc_at), part(test, 1), part(test, 4), part(test, 2)) AS code,
            CASE
                WHEN loinc_at IS NOT NULL THEN 'LOINC'
                WHEN part(test, 1) IS NULL THEN part(test, 6)
                ELSE part(test, 3)
            END AS code_system,
            coalesce(part(test, 2), part(test, 5), part(test, 9)) AS name
        FROM coded
    ),

    meaning AS (
        SELECT
            words,
            unescaped(code) AS code,
            unescaped(code_system) AS code_system,
            unescaped(name) AS name,
            unescaped(unit) AS unit,
            coalesce(
                nullif(regexp_extract(limits, '^\s*(-?[\d.,]+)\s*(?:-|–|to)\s*-?[\d.,]+', 1), ''),
                nullif(regexp_extract(limits, '^\s*>=?\s*([\d.,]+)\s*$', 1), '')
            ) AS reference_low,
            coalesce(
                nullif(regexp_extract(limits, '^\s*-?[\d.,]+\s*(?:-|–|to)\s*(-?[\d.,]+)', 1), ''),
                nullif(regexp_extract(limits, '^\s*<=?\s*([\d.,]+)\s*$', 1), '')
            ) AS reference_high,
            unescaped(abnormal_flag) AS abnormal_flag,
            off_scale,
            unescaped(laboratory) AS laboratory,
            unescaped(method) AS method
        FROM named
    ),

    reported AS (
        SELECT
            * EXCLUDE (value),
            unescaped(value) AS value
        FROM observed
    )

    SELECT
        person.patient_id,
        coalesce(placed.taken_at, moment(reported.observed_at, head.zone)) AS collected_at,
        meaning.code,
        CASE
            WHEN meaning.off_scale IS NOT NULL AND regexp_full_match(reported.value, '[\d.,]+')
                THEN concat(meaning.off_scale, reported.value)
            ELSE reported.value
        END AS value,
        meaning.code_system,
        coalesce(placed.specimen_id, placed.order_id) AS specimen_id,
        coalesce(placed.reported_at, moment(reported.analyzed_at, head.zone)) AS resulted_at,
        meaning.name,
        placed.material AS specimen,
        meaning.unit,
        meaning.reference_low,
        meaning.reference_high,
        meaning.abnormal_flag,
        status_of(coalesce(nullif(trim(reported.letter), ''), placed.status), reported.value IS NOT NULL) AS status,
        -- the laboratory, where the message names it; else who sent it
        coalesce(meaning.laboratory, unescaped(head.facility)) AS site,
        meaning.method,
        nullif(concat_ws(' ', remark.remark, placed.remark), '') AS comment,
        -- several results of one test in one order are told apart by OBX-4
        CASE WHEN NOT placed.is_series THEN placed.order_id || coalesce('.' || reported.sub_id, '') END AS result_id,
        reported.source_file::VARCHAR AS source_file,
        reported.source_line
    FROM reported
    -- each has a meaning; as an inner join it would be every result beside every meaning, and a filter behind
    LEFT JOIN meaning ON reported.words = meaning.words
    LEFT JOIN head ON reported.message = head.message
    LEFT JOIN person ON reported.patient = person.patient
    LEFT JOIN placed ON reported.report = placed.report
    LEFT JOIN remark ON reported.segment = remark.owner
) TO $target (FORMAT parquet)
