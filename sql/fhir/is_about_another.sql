-- macro: whether an Observation has a focus that is another person than its subject (a fetus, a donor)
CREATE OR REPLACE MACRO is_about_another(text, subject) AS
coalesce(
    list_bool_or(
        list_transform(
            try(from_json(json_extract(text, '$.focus'), '[{"reference": "VARCHAR", "type": "VARCHAR"}]')),
            focus -> CASE
                WHEN focus.type = 'RelatedPerson' OR contains(focus.reference, 'RelatedPerson/') THEN TRUE
                WHEN focus.type = 'Patient' OR contains(focus.reference, 'Patient/')
                    THEN reference_id(focus.reference, 'Patient') IS DISTINCT FROM reference_id(subject, 'Patient')
                ELSE FALSE
            END
        )
    ), FALSE
)
