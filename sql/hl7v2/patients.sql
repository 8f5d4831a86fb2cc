-- one row per file and PID of the messages at hand that says something else than those before it
COPY (
    WITH told AS (
        SELECT
            patient_id_of(fields[4], fields[3]) AS patient_id,
            nullif(fields[9], '""') AS sex,
            part(fields[8], 1) AS born_at,
            part(fields[30], 1) AS died_at,
            source_file::VARCHAR AS source_file,
            source_line
        FROM (SELECT source_file, source_line, fields_of(text) AS fields FROM patient)
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
        left(moment(nullif(born_at, '""'), NULL), 10) AS birth_date,
        left(moment(nullif(died_at, '""'), NULL), 10) AS death_date,
        source_file,
        source_line
    FROM first_told
) TO $target (FORMAT parquet)
