-- macro: the state of a result (OBX-11, else OBR-25) in the extract's words; a letter without one stays as it is
CREATE OR REPLACE MACRO status_of(letter, has_value) AS
CASE upper(letter)
    WHEN 'F' THEN 'final'
    WHEN 'V' THEN 'final'
    WHEN 'B' THEN 'final'
    -- final by word alone: the value stands in the earlier message, which must not be pushed aside by an empty one
    WHEN 'U' THEN CASE WHEN has_value THEN 'final' ELSE 'preliminary' END
    WHEN 'C' THEN 'corrected'
    WHEN 'A' THEN CASE WHEN has_value THEN 'corrected' ELSE 'preliminary' END
    WHEN 'P' THEN 'preliminary'
    WHEN 'R' THEN 'preliminary'
    WHEN 'S' THEN 'preliminary'
    WHEN 'I' THEN 'preliminary'
    WHEN 'O' THEN 'preliminary'
    WHEN 'X' THEN 'cancelled'
    WHEN 'N' THEN 'cancelled'
    WHEN 'D' THEN 'entered-in-error'
    WHEN 'W' THEN 'entered-in-error'
    ELSE letter
END
