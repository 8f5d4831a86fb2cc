-- no rows; a macro: whether the words for a drug and its route say that it is for skin, eye, ear or mucosa, from where it does
-- not reach the marrow
CREATE TEMP MACRO is_local(words) AS
regexp_matches(coalesce(words, ''), '\b(topical|ophthalmic|otic|nasal|vaginal|inhal\w*|mouthwash)\b', 'i')
