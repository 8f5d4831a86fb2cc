-- one row per person
COPY (
    WITH dead AS (
        SELECT
            coalesce(try_cast(person_id AS BIGINT)::VARCHAR, person_id) AS patient_id,
            min(left(coalesce(death_date, death_datetime), 10)) AS death_date
        FROM death
        GROUP BY coalesce(try_cast(person_id AS BIGINT)::VARCHAR, person_id)
    )

    SELECT
        coalesce(try_cast(person.person_id AS BIGINT)::VARCHAR, person.person_id) AS patient_id,
        CASE
            WHEN try_cast(person.gender_concept_id AS BIGINT) = 8507 THEN 'male'
            WHEN try_cast(person.gender_concept_id AS BIGINT) = 8532 THEN 'female'
            WHEN upper(person.gender_source_value) IN ('M', 'MALE') THEN 'male'
            WHEN upper(person.gender_source_value) IN ('F', 'FEMALE') THEN 'female'
        END AS sex,
        -- a month or day that is not given is the first: completed years are never too few
        coalesce(
            left(person.birth_datetime, 10),
            printf(
                '%04d-%02d-%02d',
                try_cast(person.year_of_birth AS INTEGER),
                coalesce(nullif(try_cast(person.month_of_birth AS INTEGER), 0), 1),
                coalesce(
                    CASE
                        WHEN try_cast(person.month_of_birth AS INTEGER) <> 0
                            THEN nullif(try_cast(person.day_of_birth AS INTEGER), 0)
                    END,
                    1
                )
            ),
            person.year_of_birth
        ) AS birth_date,
        dead.death_date,
        person.source_file,
        person.source_line
    FROM person
    LEFT JOIN dead ON coalesce(try_cast(person.person_id AS BIGINT)::VARCHAR, person.person_id) = dead.patient_id
) TO $target (FORMAT parquet)
