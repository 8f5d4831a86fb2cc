-- macro: what a coding of an encounter's type says of its specialty: a taxonomy's own code, else words
CREATE OR REPLACE MACRO specialty_of(system, code, display) AS
CASE
    WHEN contains(system, 'nucc.org') OR system = 'urn:oid:2.16.840.1.113883.6.101' THEN code
    WHEN regexp_matches(system, '(?i)specialty|treatment-?function') THEN code
    ELSE specialty_word(display)
END
