-- macro: the words that name a kind of encounter, as American spelling has them; a text that begins with a figure could
-- be taken for a specialty's number and is none
CREATE OR REPLACE MACRO specialty_word(words) AS
CASE
    WHEN regexp_matches(words, '^\s*\pL')
        THEN replace(regexp_replace(lower(trim(words)), '^clinical ', ''), 'haemat', 'hemat')
END
