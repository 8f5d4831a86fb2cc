-- macro: the sign of an interpretation that says that a number is only where the scale of the instrument ends
CREATE OR REPLACE MACRO off_scale(interpretations) AS
CASE
    WHEN interpretations IS NOT NULL
        THEN list_filter(
            flatten(list_transform(interpretations, told -> list_transform(told.coding, coding -> coding.code))),
            code -> code IN ('<', '>')
        )[1]
END
