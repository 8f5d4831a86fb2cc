-- macro: all words in which a concept names a drug
CREATE OR REPLACE MACRO drug_name(concept) AS
nullif(
    concat_ws(' / ', concept.text, array_to_string(list_transform(concept.coding, coding -> coding.display), ' / ')), ''
)
