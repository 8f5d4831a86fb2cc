-- macro: the patient's identifier: of the list in PID-3 (or MRG-1) the medical record number, else the first; else
-- PID-2. Its escape sequences are still in it.
CREATE OR REPLACE MACRO patient_id_of(identifiers, external) AS
coalesce(
    -- most lists have one identifier; the patterns are for the others
    CASE
        WHEN contains(identifiers, '~')
            THEN list_filter(
                [
                    regexp_extract(identifiers, '(?:^|~)([^~^]*)\^[^~^]*\^[^~^]*\^[^~^]*\^MRN?(?:[~^]|$)', 1),
                    regexp_extract(identifiers, '(?:^|~)([^~^]*)\^[^~^]*\^[^~^]*\^[^~^]*\^P[IT](?:[~^]|$)', 1),
                    regexp_extract(identifiers, '^[^~^]*')
                ],
                found -> found != ''
            )[1]
        ELSE part(identifiers, 1)
    END,
    nullif(regexp_extract(external, '^[^~^]*'), '')
)
