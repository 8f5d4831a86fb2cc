-- one row per row of labevents, with its code, result text, file and line; nothing is dropped
COPY (
    -- Items whose result is an analyte that rules read: blood, and the marrow iron stain. Labels and fluids follow
    -- d_labitems, units the values seen; docs/sources/mimic-iv.md says why where it is not obvious. An item seen in
    -- no data we have (no unit known) is mapped too: without a unit the normalizer will not take it for a number.
    WITH item (itemid, loinc) AS (
        VALUES
            ('51222', '718-7'),    -- Hemoglobin
            ('51640', '718-7'),    -- Hemoglobin (chemistry)
            ('51645', '20509-6'),  -- Hemoglobin, Calculated
            ('50811', '30313-1'),  -- Hemoglobin of the blood gas analyzer: used only where there is no blood count
            ('51221', '4544-3'),   -- Hematocrit
            ('51638', '4544-3'),   -- Hematocrit (chemistry)
            ('51639', '4544-3'),   -- Hematocrit (chemistry)
            ('50810', '48703-3'),  -- Hematocrit, Calculated: the blood gas analyzer's estimate
            ('52028', '48703-3'),  -- Hematocrit (blood gas)
            ('51279', '789-8'),    -- Red Blood Cells
            ('51250', '787-2'),    -- MCV
            ('51691', '787-2'),    -- MCV (chemistry)
            ('51248', '785-6'),    -- MCH
            ('51249', '786-4'),    -- MCHC, in g/dL or %
            ('51277', '788-0'),    -- RDW
            ('52172', '21000-5'),  -- RDW-SD, in fL: never RDW
            ('51301', '6690-2'),   -- White Blood Cells
            ('51300', '6690-2'),   -- WBC Count, repeated on lymphocyte subset panels
            ('51755', '6690-2'),   -- White Blood Cells (chemistry)
            ('51756', '6690-2'),   -- White Blood Cells (chemistry)
            ('51256', '770-8'),    -- Neutrophils; with bands in the same specimen see below
            ('51144', '26508-2'),  -- Bands
            ('52075', '751-8'),    -- Absolute Neutrophil Count, bands included
            ('53133', '751-8'),    -- Absolute Neutrophil
            ('51133', '731-0'),    -- Absolute Lymphocyte Count, K/uL
            ('52769', '731-0'),    -- Absolute Lymphocyte Count, #/uL
            ('53132', '731-0'),    -- Absolute Lymphocyte Count
            ('52074', '742-7'),    -- Absolute Monocyte Count
            ('51253', '742-7'),    -- Monocyte Count
            ('51254', '5905-5'),   -- Monocytes, %
            ('51148', '26446-5'),  -- Blasts
            ('51251', '28541-1'),  -- Metamyelocytes
            ('51255', '26498-6'),  -- Myelocytes
            ('51269', '783-1'),    -- Promyelocytes
            ('52135', '71695-1'),  -- Immature Granulocytes, %
            ('51257', '58413-6'),  -- Nucleated Red Cells, per 100 white cells
            ('51265', '777-3'),    -- Platelet Count
            ('51704', '777-3'),    -- Platelet Count (chemistry)
            ('51264', '7796-6'),   -- Platelet Clumps
            ('52142', '32623-1'),  -- Mean Platelet Volume
            ('51283', '17849-1'),  -- Reticulocyte Count, Automated: sent in %, so not the count its label suggests
            ('51284', '31112-6'),  -- Reticulocyte Count, Manual: in %
            ('52934', '31112-6'),  -- Reticulocyte Count, Manual
            ('51282', '14196-0'),  -- Reticulocyte Count, Absolute: m/uL
            ('51285', '71694-4'),  -- Reticulocyte, Cellular Hemoglobin
            ('50924', '2276-4'),   -- Ferritin
            ('50952', '2498-4'),   -- Iron
            ('50953', '2500-7'),   -- Iron Binding Capacity, Total
            ('50998', '3034-6'),   -- Transferrin
            ('51746', '2502-3'),   -- Transferrin Saturation
            ('50889', '1988-5'),   -- C-Reactive Protein
            ('51652', '30522-7'),  -- High-Sensitivity CRP
            ('51288', '4537-7'),   -- Sedimentation Rate
            ('50912', '2160-0'),   -- Creatinine
            ('52546', '2160-0'),   -- Creatinine
            ('52024', '38483-4'),  -- Creatinine, Whole Blood
            ('51010', '2132-9'),   -- Vitamin B12
            ('51728', '2132-9'),   -- Serum B12
            ('51729', '2132-9'),   -- Serum B12
            ('50925', '2284-8'),   -- Folate
            ('51730', '2284-8'),   -- Serum Folate
            ('52562', '2284-8'),   -- Folate
            ('50945', '13965-9'),  -- Homocysteine
            ('50993', '3016-3'),   -- Thyroid Stimulating Hormone
            ('50954', '2532-0'),   -- Lactate Dehydrogenase (LD)
            ('50935', '4542-7'),   -- Haptoglobin
            ('50885', '1975-2'),   -- Bilirubin, Total
            ('53089', '1975-2'),   -- Bilirubin, Total
            ('50884', '1971-1'),   -- Bilirubin, Indirect
            ('50862', '1751-7'),   -- Albumin
            ('52022', '1751-7'),   -- Albumin, Blood
            ('53085', '1751-7'),   -- Albumin
            ('51593', '5631-7'),   -- Copper
            ('51761', '5763-8'),   -- Zinc
            ('51223', '4551-8'),   -- Hemoglobin A2
            ('51643', '4551-8'),   -- Hemoglobin A2 (chemistry)
            ('51339', '13513-7'),  -- Iron Stain of the bone marrow
            ('52992', '13513-7')   -- Iron Stain of the bone marrow
    ),

    -- In a manual differential Neutrophils leave the bands out (all cells add up to 100 only with them).
    banded AS (
        SELECT DISTINCT specimen_id
        FROM labevents
        WHERE itemid = '51144'
    ),

    label AS (
        SELECT
            itemid,
            any_value(trim(label)) AS label
        FROM d_labitems
        GROUP BY itemid
    ),

    -- The result where the comment is nothing but a limit, or begins with one as its own sentence: "<10*.  Hemolysis
    -- affects this test." Units that repeat the unit column are taken off.
    sentence AS (
        SELECT
            *,
            CASE
                WHEN trim(value) IN ('', '___') OR value IS NULL
                    THEN regexp_replace(trim(split_part(comments, '.  ', 1)), '[\s.*]+$', '')
            END AS first_sentence
        FROM labevents
    ),

    limited AS (
        SELECT
            *,
            CASE
                WHEN ends_with(upper(first_sentence), upper(valueuom))
                    THEN rtrim(left(first_sentence, length(first_sentence) - length(valueuom)))
                ELSE first_sentence
            END AS first_words
        FROM sentence
    ),

    stated AS (
        SELECT
            *,
            CASE
                WHEN regexp_full_match(first_words, '(<=?|>=?|LESS THAN|GREATER THAN)\s*\d+(\.\d+)?', 'i')
                    THEN first_words
            END AS stated_limit,
            CASE
                WHEN itemid = '51266'  -- Platelet Smear
                    THEN
                        regexp_matches(concat_ws(' ', value, comments), '\bclump', 'i')
                        AND NOT regexp_matches(
                            concat_ws(' ', value, comments),
                            '\b(no|not|without|absent|negative|checked)\b.*\bclump', 'i'
                        )
                ELSE FALSE
            END AS has_clumps
        FROM limited
    )

    SELECT
        stated.subject_id AS patient_id,
        stated.charttime AS collected_at,
        CASE
            WHEN stated.has_clumps THEN '7796-6'
            WHEN item.itemid = '51256' AND banded.specimen_id IS NOT NULL THEN '26505-8'
            ELSE coalesce(item.loinc, stated.itemid)
        END AS code,
        CASE
            WHEN stated.has_clumps THEN 'present'
            WHEN trim(stated.value) NOT IN ('', '___') THEN stated.value
            WHEN
                stated.stated_limit IS NOT NULL
                AND (
                    nullif(stated.valuenum, '') IS NULL
                    OR try_cast(regexp_extract(stated.stated_limit, '[\d.]+$') AS DOUBLE)
                    = try_cast(stated.valuenum AS DOUBLE)
                )
                THEN stated.stated_limit
            ELSE coalesce(nullif(stated.valuenum, ''), nullif(stated.value, ''), stated.comments)
        END AS value,
        CASE WHEN stated.has_clumps OR item.loinc IS NOT NULL THEN 'LOINC' ELSE 'MIMIC-IV' END AS code_system,
        stated.specimen_id,
        stated.storetime AS resulted_at,
        label.label AS name,
        stated.valueuom AS unit,
        stated.ref_range_lower AS reference_low,
        stated.ref_range_upper AS reference_high,
        stated.flag AS abnormal_flag,
        CASE WHEN regexp_matches(stated.comments, '^\s*CORRECTED RESULT', 'i') THEN 'corrected' END AS status,
        stated.comments AS comment,
        stated.labevent_id AS result_id,
        stated.source_file,
        stated.source_line
    FROM stated
    LEFT JOIN item ON stated.itemid = item.itemid
    LEFT JOIN banded ON stated.specimen_id = banded.specimen_id
    LEFT JOIN label ON stated.itemid = label.itemid
) TO $target (FORMAT parquet)
