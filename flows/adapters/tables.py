"""Sources made of CSV tables: finds their files and runs the source's SQL statements in order, nothing more.

What a source's columns mean stands in ``sql/<source>/*.sql``.
"""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from flows.csv_lines import read_header
from flows.errors import ExtractError
from flows.file_probe import FileBytes, probe_bytes
from flows.sql import statement

log = logging.getLogger("hemacohort")

MEMORY_LIMIT = (
    "1GB"  # the statements stream; the largest thing held is one integer for each manual differential
)
_PARAMETER = re.compile(r"\$(\w+)")
_BROKEN_LINE = re.compile(r"on Line: (\d+)")
_BROKEN_FILE = re.compile(r"^ *file = (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class SourceTable:
    """A table of a source: the file NAME.csv or NAME.csv.gz and the columns that its statements read."""

    name: str
    columns: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True)
class Step:
    """One statement of a source. It writes OUTPUT.parquet; where a table it needs is missing it does not run."""

    statement: str
    output: str
    needs: tuple[str, ...]


@dataclass(frozen=True)
class TableLayout:
    """A source made of tables, a file each. folders: where its files may lie in the extract."""

    name: str
    folders: tuple[str, ...]
    tables: tuple[SourceTable, ...]
    steps: tuple[Step, ...]
    last_line: str  # statement that says on which line of the main table the last row ends
    main_table: str


@dataclass(frozen=True)
class _FoundTable:
    """A file of the source, with the names in its header; info is None where the extract does not have it."""

    path: Path
    columns: tuple[str, ...]
    info: FileBytes | None


def write_tables(layout: TableLayout, extract: Path, out: Path) -> None:
    """Run the statements of a layout over its files. Raises ExtractError; see flows.adapters.model.Source."""
    with tempfile.TemporaryDirectory(dir=out, prefix=".") as scratch:
        tables = {table.name: _find(table, layout, extract, Path(scratch)) for table in layout.tables}
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY_LIMIT,
            "temp_directory": scratch,
            "preserve_insertion_order": True,
        }
        with duckdb.connect(config=config) as connection:
            _run(connection, layout, tables, out)


def _find(table: SourceTable, layout: TableLayout, extract: Path, scratch: Path) -> _FoundTable:
    """The file of a table. A missing one that is not required is stood in for by a file with only a header."""
    places = [
        extract / folder / f"{table.name}{suffix}"
        for folder in layout.folders
        for suffix in (".csv.gz", ".csv")
    ]
    found = [place for place in places if place.is_file()]
    if len(found) > 1:
        names = " and ".join(str(place.relative_to(extract)) for place in found)
        raise ExtractError(f"The extract holds {names}; only one of them can be the table {table.name}.")
    if not found and table.required:
        folders = " or ".join(folder or "the extract folder" for folder in layout.folders)
        raise ExtractError(
            f"The {layout.name} extract {extract.name!r} has no {table.name}.csv.gz or .csv in {folders}."
        )
    if not found:
        log.info("%s: no %s, which is read as empty", layout.name, table.name)
        stand_in = scratch / f"{table.name}.csv"
        stand_in.write_text(",".join(table.columns) + "\n", encoding="utf-8")
        return _FoundTable(stand_in, table.columns, None)
    name = found[0].relative_to(extract).as_posix()
    info = probe_bytes(found[0], name)
    columns = tuple(column.lower() for column in read_header(found[0]))
    missing = [column for column in table.columns if column not in columns]
    if missing:
        what = f"column {missing[0]} is" if len(missing) == 1 else f"columns {', '.join(missing)} are"
        raise ExtractError(f"{name}, line 1: the {what} missing.")
    if len(set(columns)) < len(columns):
        raise ExtractError(f"{name}, line 1: a column name occurs more than once.")
    return _FoundTable(found[0], columns, info)


def _run(
    connection: duckdb.DuckDBPyConnection, layout: TableLayout, tables: Mapping[str, _FoundTable], out: Path
) -> None:
    values: dict[str, Any] = {}
    for name, table in tables.items():
        values[name] = _unglobbed(table.path)
        values[f"{name}_columns"] = dict.fromkeys(table.columns, "VARCHAR")
        values[f"{name}_file"] = table.info.name if table.info else None
        values[f"{name}_present"] = table.info is not None
    for step in layout.steps:
        target = out / f"{step.output}.parquet"
        if any(tables[name].info is None for name in step.needs):
            continue
        rows = _execute(connection, step.statement, {**values, "target": str(target)}, tables)
        values[step.output] = _unglobbed(target)
        log.info(
            "%s: %d rows of %s from %s", layout.name, rows, step.output, ", ".join(step.needs) or "all tables"
        )
        if layout.main_table in step.needs:
            _must_reach_the_end(connection, layout, values, tables)


def _execute(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    values: Mapping[str, Any],
    tables: Mapping[str, _FoundTable],
) -> int:
    """Run one statement with the parameters it names; its one number (rows written), 0 if there is none."""
    text = statement(name)
    try:
        row = connection.execute(text, {key: values[key] for key in set(_PARAMETER.findall(text))}).fetchone()
    except duckdb.InvalidInputException as error:  # its message quotes the line: only numbers and names go on
        raise _broken(str(error), tables) from None
    return int(row[0]) if row and row[0] is not None else 0


def _broken(message: str, tables: Mapping[str, _FoundTable]) -> Exception:
    line, file = _BROKEN_LINE.search(message), _BROKEN_FILE.search(message)
    names = {str(table.path): table.info.name for table in tables.values() if table.info}
    name = names.get(file[1].strip()) if file else None
    if name is None:
        return ExtractError("A file of the extract is not well-formed CSV.")
    where = f"{name}, line {line[1]}" if line else name
    return ExtractError(
        f"{where}: not well-formed CSV; a line has too few or too many fields, or a quote is left open."
    )


def _must_reach_the_end(
    connection: duckdb.DuckDBPyConnection,
    layout: TableLayout,
    values: Mapping[str, Any],
    tables: Mapping[str, _FoundTable],
) -> None:
    """The lines of the rows must add up to those of the file, or the line of a row would be a wrong answer."""
    info = tables[layout.main_table].info
    last = _execute(connection, layout.last_line, values, tables)
    if info is not None and max(last, 1) != info.lines:
        raise ExtractError(
            f"{info.name}: its rows fill {max(last, 1)} of {info.lines} lines; blank lines, or line ends inside "
            "a column where none belong, hide which line a row stands on."
        )


def _unglobbed(path: Path) -> str:
    """A path whose brackets and stars DuckDB takes as they stand."""
    return re.sub(r"([\[*?])", r"[\1]", str(path))
