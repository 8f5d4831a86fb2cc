-- macro: a component of a field as it stands; null where there is none
CREATE OR REPLACE MACRO part(field, number) AS
nullif(split_part(field, '^', number), '')
