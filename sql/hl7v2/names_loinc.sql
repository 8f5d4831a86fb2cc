-- macro: whether the name of a coding system is LOINC's, or that of its Canadian edition
CREATE OR REPLACE MACRO names_loinc(system) AS
upper(system) IN ('LN', 'LNC', 'LOINC', 'HTTP://LOINC.ORG', '2.16.840.1.113883.6.1', 'PCLOCD')
