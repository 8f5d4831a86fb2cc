-- one row per drug given or ordered and code: its own codings, or those of the Medication it refers to, and where none
-- of them is an ATC code the classes that its name gives, unless it is for skin, eye, ear or mucosa
COPY (
    WITH medication AS (
        SELECT
            id,
            any_value(codings) AS codings,
            any_value(name) AS name
        FROM read_parquet($medications)
        GROUP BY id
    ),

    drug AS (
        SELECT
            drug.* EXCLUDE (codings, name),
            coalesce(drug.codings, medication.codings) AS codings,
            coalesce(medication.name, drug.name) AS name
        FROM read_parquet($drugs) AS drug
        LEFT JOIN medication ON drug.medication_id = medication.id
    ),

    named AS (
        SELECT
            name,
            classes_by_name(name) AS classes
        FROM (SELECT DISTINCT name FROM drug WHERE name IS NOT NULL)
    ),

    coded AS (
        SELECT
            drug.*,
            coalesce(list_filter(drug.codings, coding -> list_contains($code_systems, coding.system)), []) AS known,
            CASE
                WHEN named.classes IS NULL OR is_local(concat_ws(' ', drug.route, drug.name)) THEN []
                ELSE list_transform(
                        named.classes,
                        class -> struct_pack(
                            system := 'ATC', code := methotrexate_class(class, concat_ws(' ', drug.route, drug.name))
                        )
                    )
            END AS classes
        FROM drug
        LEFT JOIN named ON drug.name = named.name
    ),

    chosen AS (
        SELECT
            *,
            unnest(
                CASE
                    WHEN len(list_filter(known, coding -> coding.system = 'ATC')) > 0 THEN known
                    WHEN len(known) + len(classes) > 0 THEN list_concat(known, classes)
                    ELSE coalesce(codings, [struct_pack(system := NULL::VARCHAR, code := name)])
                END
            ) AS coding
        FROM coded
    )

    SELECT
        patient_id,
        'medication' AS kind,
        coding.system AS code_system,
        coding.code,
        start_date,
        end_date,
        source_file,
        source_line
    FROM chosen
) TO $target (FORMAT parquet)
