-- no rows; a macro: how many line ends a text holds
CREATE TEMP MACRO line_ends(received) AS length(received) - length(replace(received, chr(10), ''))
