-- macro: whether a code system's name is LOINC's, or that of its Canadian edition
CREATE OR REPLACE MACRO names_loinc(system) AS
system IN (
    'http://loinc.org', 'http://loinc.org/', 'https://loinc.org', 'urn:oid:2.16.840.1.113883.6.1',
    'https://fhir.infoway-inforoute.ca/CodeSystem/pCLOCD'
)
