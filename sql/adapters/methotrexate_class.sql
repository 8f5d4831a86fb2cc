-- no rows; a macro: the class of a drug; of methotrexate by the words for the drug and its route: by mouth or under the skin it is
-- the low weekly dose against inflammation
CREATE TEMP MACRO methotrexate_class(class, words) AS
CASE
    WHEN class IN ('L01BA01', 'L04AX03')
        THEN
            CASE
                WHEN regexp_matches(words, '\b(oral|tablet|capsule|subcutaneous|auto-injector)\b', 'i') THEN 'L04AX03'
                ELSE 'L01BA01'
            END
    ELSE class
END
