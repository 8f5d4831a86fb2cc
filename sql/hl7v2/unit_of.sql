-- macro: the unit in OBX-6, its escape sequences still in it: the identifier as sent, else its text, else the alternate
-- ones. Laboratories write 10^3/uL and mm^3 without escaping the mark, which then parts the unit like a component; no
-- identifier ends in 10 or m where a text begins with a number, so these are put together again.
CREATE OR REPLACE MACRO unit_of(field) AS
coalesce(
    nullif(regexp_extract(field, '^((?:[^\^]*(?:10|m)\^-?[0-9]{1,2})+[^\^]*)', 1), ''),
    part(field, 1),
    part(field, 2),
    part(field, 4),
    part(field, 5)
)
