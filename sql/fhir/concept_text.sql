-- macro: the JSON of a concept in words: its text, else a display of a coding, else a code; null for what is not a concept
CREATE OR REPLACE MACRO concept_text(concept) AS
regexp_replace(
    coalesce(
        nullif(trim(try(json_extract_string(concept, '$.text'))), ''),
        try(json_extract_string(concept, '$.coding[*].display'))[1],
        try(json_extract_string(concept, '$.coding[0].code'))
    ),
    ' \((qualifier value|finding|disorder)\)$', ''
)
