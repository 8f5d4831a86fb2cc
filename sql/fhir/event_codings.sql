-- macro: the codings of a concept in code systems of the extract; where it has none of them, the first one as it came
CREATE OR REPLACE MACRO event_codings(concept) AS
CASE
    WHEN len(list_filter(concept.coding, coding -> is_event_system(coding.system) AND coding.code IS NOT NULL)) > 0
        THEN list_transform(
            list_filter(concept.coding, coding -> is_event_system(coding.system) AND coding.code IS NOT NULL),
            coding -> struct_pack(system := event_system(coding.system), code := coding.code)
        )
    WHEN len(concept.coding) > 0
        THEN [struct_pack(system := concept.coding[1].system, code := concept.coding[1].code)]
    ELSE [struct_pack(system := NULL::VARCHAR, code := concept.text)]
END
