-- macro: the organization among those who performed a test, by name, else by id
CREATE OR REPLACE MACRO laboratory_of(performers) AS
list_transform(
    list_filter(
        performers, performer -> performer.type = 'Organization' OR contains(performer.reference, 'Organization/')
    ),
    performer -> coalesce(performer.display, reference_id(performer.reference, 'Organization'))
)[1]
