-- macro: a text with its escape sequences read (those of other kinds were read when the segments were cut); null where
-- nothing is left of it, or where it says that it deletes ("")
CREATE OR REPLACE MACRO unescaped(field) AS
nullif(
    nullif(
        trim(
            CASE
                WHEN contains(field, '\')
                    THEN replace(
                        replace(
                            replace(
                                replace(
                                    replace(
                                        replace(replace(field, '\E\', chr(1)), '\F\', '|'), '\S\', '^'
                                    ), '\T\', '&'
                                ), '\R\', '~'
                            ), '\.br\', chr(10)
                        ), chr(1), '\'
                    )
                ELSE field
            END
        ),
        ''
    ),
    '""'
)
