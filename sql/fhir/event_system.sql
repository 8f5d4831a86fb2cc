-- macro: the extract's name of a code system; another system keeps the name it came with
CREATE OR REPLACE MACRO event_system(system) AS
CASE
    WHEN system IN ('http://hl7.org/fhir/sid/icd-10-cm', 'urn:oid:2.16.840.1.113883.6.90') THEN 'ICD10CM'
    WHEN system IN (
        'http://hl7.org/fhir/sid/icd-9-cm', 'http://hl7.org/fhir/sid/icd-9-cm/diagnosis',
        'urn:oid:2.16.840.1.113883.6.103'
    ) THEN 'ICD9CM'
    WHEN system IN ('http://snomed.info/sct', 'urn:oid:2.16.840.1.113883.6.96') THEN 'SNOMED'
    WHEN system IN ('http://www.whocc.no/atc', 'urn:oid:2.16.840.1.113883.6.73') THEN 'ATC'
    WHEN system IN ('http://www.nlm.nih.gov/research/umls/rxnorm', 'urn:oid:2.16.840.1.113883.6.88') THEN 'RXNORM'
    WHEN system IN ('http://www.ama-assn.org/go/cpt', 'urn:oid:2.16.840.1.113883.6.12') THEN 'CPT'
    WHEN system IN (
        'http://www.cms.gov/Medicare/Coding/ICD10', 'http://hl7.org/fhir/sid/icd-10-pcs',
        'urn:oid:2.16.840.1.113883.6.4'
    ) THEN 'ICD10PCS'
    WHEN system IN (
        'https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets', 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets',
        'https://www.cms.gov/Medicare/Coding/MedHCPCSGenInfo', 'urn:oid:2.16.840.1.113883.6.14',
        'urn:oid:2.16.840.1.113883.6.285'
    ) THEN 'HCPCS'
    ELSE system
END
