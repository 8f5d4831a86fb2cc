-- macro: whether the focus of an Observation (JSON) is another person than its subject (a fetus, a donor)
CREATE OR REPLACE MACRO is_about_another(focuses, subject) AS
coalesce(
    list_bool_or(
        list_transform(
            try(from_json(focuses, '[{"reference": "VARCHAR", "type": "VARCHAR"}]')),
            focus -> CASE
                WHEN focus.type = 'RelatedPerson' OR contains(focus.reference, 'RelatedPerson/') THEN TRUE
                WHEN focus.type = 'Patient' OR contains(focus.reference, 'Patient/')
                    THEN reference_id(focus.reference, 'Patient') IS DISTINCT FROM reference_id(subject, 'Patient')
                ELSE FALSE
            END
        )
    ), FALSE
)
