-- macro: of the codings of a resource's code the LOINC one that names an analyte, else the first LOINC one, else the first
CREATE OR REPLACE MACRO coding_of(codings, known) AS
coalesce(
    list_filter(codings, coding -> names_loinc(coding.system) AND list_contains(known, coding.code))[1],
    list_filter(codings, coding -> names_loinc(coding.system))[1],
    list_filter(codings, coding -> coding.code IS NOT NULL)[1]
)
