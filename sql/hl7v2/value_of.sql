-- macro: the value in OBX-5 as text, by its type in OBX-2; its escape sequences are still in it
CREATE OR REPLACE MACRO value_of(type, field) AS
CASE
    WHEN type = 'NM' THEN field
    -- a comparator, a number, a separator and a second number
    WHEN type = 'SN' THEN ltrim(replace(field, '^', ''), '=')
    -- text, else what was originally meant, else another system's text, else the code
    WHEN type IN ('CE', 'CWE', 'CNE', 'CF') THEN coalesce(part(field, 2), part(field, 9), part(field, 5), part(field, 1))
    WHEN type IN ('ED', 'RP') THEN NULL  -- documents
    ELSE replace(field, '~', ' ')
END
