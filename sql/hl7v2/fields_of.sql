-- macro: the fields of a segment; the first is its name, so OBX-5 is fields[6], and MSH-9 is fields[9]
CREATE OR REPLACE MACRO fields_of(text) AS
string_split(rtrim(text, chr(10)), '|')
