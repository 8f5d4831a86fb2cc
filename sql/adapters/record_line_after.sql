-- no rows; a macro: the same where fields hold line ends. received: all fields of the record in one text
CREATE TEMP MACRO record_line_after(received) AS
row_number() OVER () + 1 + coalesce(
    sum(line_ends(received)) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0
)::BIGINT
