-- one row per file and PID of the messages at hand that says something else than those before it
COPY (
    WITH said AS (
        SELECT
            fields[4] AS identifiers,
            fields[3] AS external,
            fields[9] AS sex,
            fields[8] AS born,
            fields[30] AS died,
            source_file::VARCHAR AS source_file,
            min(source_line) AS source_line
        FROM (SELECT source_file, source_line, fields_of(text) AS fields FROM patient)
        GROUP BY ALL
    ),

    told AS (
        SELECT
            patient_id_of(identifiers, external) AS patient_id,
            -- a coded element from version 2.7 on: F^Female^HL70001
            trim(nullif(part(sex, 1), '""')) AS sex,
            part(born, 1) AS born_at,
            part(died, 1) AS died_at,
            source_file,
            source_line
        FROM said
    ),

    first_told AS (
        SELECT
            * EXCLUDE (source_line),
            min(source_line) AS source_line
        FROM told
        WHERE patient_id IS NOT NULL
        GROUP BY ALL
    )

    SELECT
        unescaped(patient_id) AS patient_id,
        -- other, unknown, ambiguous and not applicable say that no sex is known by which limits could be chosen
        CASE WHEN upper(sex) NOT IN ('O', 'U', 'A', 'N', '') THEN sex END AS sex,
        -- a month alone as the extract has it
        CASE
            WHEN regexp_full_match(born_at, '\d{6}') THEN concat(born_at[1:4], '-', born_at[5:6])
            ELSE left(moment(nullif(born_at, '""'), NULL), 10)
        END AS birth_date,
        -- of a year or a month alone the last day, on which the patient surely was dead
        CASE
            WHEN regexp_full_match(died_at, '\d{4}(00(00)?)?') THEN concat(died_at[1:4], '-12-31')
            WHEN regexp_full_match(died_at, '\d{6}(00)?')
                THEN coalesce(last_day(try_strptime(died_at[1:6], '%Y%m')::DATE)::VARCHAR, died_at)
            ELSE left(moment(nullif(died_at, '""'), NULL), 10)
        END AS death_date,
        source_file,
        source_line
    FROM first_told
) TO $target (FORMAT parquet)
