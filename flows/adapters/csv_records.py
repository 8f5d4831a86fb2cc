"""A CSV file of a source as a DuckDB relation, with the physical line of every record.

DuckDB numbers the records it reads; the number is the line where every record is one line and no line is blank, which
the bytes of the file tell. Where quotes could hide line ends they are counted first. Where the sums do not come out,
flows.csv_lines reads the file and says which line is broken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from duckdb import ColumnExpression, ConstantExpression, Expression, FunctionExpression

from flows.csv_lines import read_header
from flows.errors import ExtractError
from flows.exact_reader import read_exactly
from flows.file_probe import FileBytes, open_text_bytes
from flows.quoted_fields import commas_in_fields

_BROKEN_LINE = re.compile(r"on Line: (\d+)")
_BROKEN_FILE = re.compile(r"^ *file = (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class CsvRecords:
    """rows: the records with the header's lower-case names. texts: each column as text, null where empty.

    line: physical line on which a record starts. held: how many records there are.
    """

    rows: duckdb.DuckDBPyRelation
    texts: dict[str, Expression]
    line: Expression
    held: int


def csv_records(
    connection: duckdb.DuckDBPyConnection, path: Path, info: FileBytes, nulls: Sequence[str], scratch: Path
) -> CsvRecords:
    """The records of a file that flows.file_probe found to be text, separated by commas, or by tabs if the header is.

    A tab-separated file has no quoted fields, as OHDSI writes them, unless its header has. nulls: texts beside the
    empty one that stand for a missing value. Raises ExtractError for a line that is not well-formed.
    """
    first = _first_line(path)
    separator = "\t" if "\t" in first else ","
    quote = '"' if separator == "," or '"' in first else ""
    names = _names(read_header(path, separator), info.name)
    rows = connection.read_csv(
        unglobbed(path),
        columns=dict.fromkeys(names, "VARCHAR"),
        auto_detect=False,
        header=True,
        sep=separator,
        quotechar=quote,
        escapechar=quote,
        na_values=["", *nulls],
    )
    texts: dict[str, Expression] = {name: ColumnExpression(name) for name in names}
    separators = info.tabs if separator == "\t" else info.commas
    plain = FunctionExpression("record_line")
    hidden = 0 if not quote or info.quotes == info.paired_quotes else None
    if hidden is None and separator == ",":
        hidden = commas_in_fields(path, info.quotes)
    if hidden is not None:
        if separators - hidden == info.lines * (len(names) - 1):
            return CsvRecords(rows, texts, plain, info.lines - 1)
    else:
        names_of = {str(path): info.name}
        held = _number(rows.count("*"), names_of)
        if held == info.lines - 1:
            return CsvRecords(rows, texts, plain, held)
        received = FunctionExpression("concat", *texts.values())
        line_ends = rows.select(FunctionExpression("line_ends", received).alias("line_ends"))
        if held + _number(line_ends.sum("line_ends"), names_of) == info.lines - 1:
            return CsvRecords(rows, texts, FunctionExpression("record_line_after", received), held)
    held, _, ragged = read_exactly(path, names, scratch, separator)
    if ragged.height:
        raise broken(info.name, ragged["source_line"][0])
    return _exact_records(connection, scratch, held, names, nulls)


def broken(name: str, line: object) -> ExtractError:
    """What is wrong with a line, without showing it."""
    where = f"{name}, line {line}" if line else name
    return ExtractError(
        f"{where}: not well-formed CSV; a line has too few or too many fields, or a quote is left open."
    )


def broken_line(error: duckdb.Error, names: Mapping[str, str]) -> ExtractError:
    """The same from DuckDB's message, which quotes the line: only its number and the file's name go on.

    names: path to name of the files that were read.
    """
    message = str(error)
    line, file = _BROKEN_LINE.search(message), _BROKEN_FILE.search(message)
    name = names.get(file[1].strip()) if file else None
    if name is None:
        return ExtractError("A file of the extract is damaged, or not well-formed CSV.")
    return broken(name, line[1] if line else None)


def unglobbed(path: Path) -> str:
    """A path whose brackets and stars DuckDB takes as they stand."""
    return re.sub(r"([\[*?])", r"[\1]", str(path))


def _first_line(path: Path) -> str:
    with open_text_bytes(path) as handle:
        return handle.readline().decode("utf-8-sig")


def _names(header: Sequence[str], file: str) -> list[str]:
    """Lower-case names; a column without one gets a name that no statement uses."""
    names = [name.lower() or f"__{number}" for number, name in enumerate(header)]
    if len(set(names)) < len(names):
        raise ExtractError(f"{file}, line 1: a column name occurs more than once.")
    return names


def _number(relation: duckdb.DuckDBPyRelation, names: Mapping[str, str]) -> int:
    try:
        row = relation.fetchone()
    except duckdb.InvalidInputException as error:
        raise broken_line(error, names) from None
    return int(row[0] or 0) if row else 0


def _exact_records(
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
    held: int,
    names: Sequence[str],
    nulls: Sequence[str],
) -> CsvRecords:
    """The records that the exact reader left in the scratch folder. held: how many they are."""
    pieces = [unglobbed(piece) for piece in sorted(scratch.glob("*.parquet"))]
    texts: dict[str, Expression] = {}
    for column in names:
        texts[column] = ColumnExpression(column)
        for null in nulls:
            texts[column] = FunctionExpression("nullif", texts[column], ConstantExpression(null))
    return CsvRecords(connection.read_parquet(pieces), texts, ColumnExpression("source_line"), held)
