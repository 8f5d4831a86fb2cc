-- no rows; a macro: the physical line of a record in a file whose records are one line each, read in the file's order
CREATE TEMP MACRO record_line() AS row_number() OVER () + 1
