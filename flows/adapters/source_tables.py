"""The tables of a source: finds their files, checks them against the declaration, and makes each a DuckDB view.

A view has the declared columns as text (null where empty), source_file and source_line. Where it is not certain that
DuckDB reads a CSV file record by record as its lines stand, flows.csv_lines does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
from duckdb import ColumnExpression, ConstantExpression, Expression, FunctionExpression

from flows.adapters.csv_records import csv_records, unglobbed
from flows.column_names import separator_hint
from flows.errors import ExtractError
from flows.file_probe import FileBytes, probe_binary, probe_bytes
from flows.sql import statement

_SUFFIXES = (".csv", ".csv.gz", ".parquet")
_MACROS = ("line_ends", "record_line", "record_line_after", "number_text", "is_loinc")
_FLOATING = ("DOUBLE", "FLOAT")
_NO_TEXT = re.compile(r"BLOB|\[|STRUCT|MAP|UNION")


@dataclass(frozen=True)
class SourceTable:
    """A table of a source and the columns its statements read (lower case; in files the case does not matter).

    optional: columns that may be missing and are then null.
    """

    name: str
    columns: tuple[str, ...]
    optional: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True)
class Places:
    """Where the files of a source may lie, and how they may look.

    folders: relative to the extract. several: a table may be split over NAME1.csv, NAME_002.csv … or the files of a
    folder NAME. nulls: texts beside the empty one that stand for a missing value.
    """

    source: str
    folders: tuple[str, ...]
    several: bool = False
    nulls: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableFile:
    """A file of a table: what its bytes say, and how many records it holds."""

    info: FileBytes
    rows: int


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the macros that views and statements use."""
    for name in _MACROS:
        connection.execute(statement(f"adapters/{name}"))


def show_table(
    connection: duckdb.DuckDBPyConnection, table: SourceTable, places: Places, extract: Path, scratch: Path
) -> tuple[TableFile, ...]:
    """Make the view of a table and give its files; none where the extract does not have it (the view is empty).

    scratch: folder for files that have to be read exactly; it must outlast the view. Raises ExtractError for a table
    that is required and not there, and for a file that is unreadable, lacks a column, or is not well-formed.
    """
    found = find_table(table, places, extract)
    scratch.mkdir(exist_ok=True)
    if not found:
        stand_in = scratch / f"{table.name}.csv"
        stand_in.write_text(",".join((*table.columns, *table.optional)) + "\n", encoding="utf-8")
        _csv_rows(connection, stand_in, stand_in.name, table, places, scratch)[0].create_view(table.name)
        return ()
    files: list[TableFile] = []
    shown: duckdb.DuckDBPyRelation | None = None
    for number, path in enumerate(found):
        name = path.relative_to(extract).as_posix()
        read = _parquet_rows if path.name.lower().endswith(".parquet") else _csv_rows
        rows, file = read(connection, path, name, table, places, scratch / f"{table.name}{number}")
        shown = rows if shown is None else shown.union(rows)
        files.append(file)
    assert shown is not None
    shown.create_view(table.name)
    return tuple(files)


def find_table(table: SourceTable, places: Places, extract: Path) -> tuple[Path, ...]:
    """The files of a table, sorted by name; none if it is not there and not required."""
    found = sorted(
        path
        for folder in places.folders
        if (extract / folder).is_dir()
        for path in _candidates(extract / folder, table.name, several=places.several)
    )
    names = [path.relative_to(extract).as_posix() for path in found]
    stems = [re.sub(r"\.(csv|csv\.gz|parquet)$", "", Path(name).name.lower()) for name in names]
    if len(found) > 1 and (not places.several or len(set(stems)) < len(stems)):
        raise ExtractError(
            f"The extract holds {' and '.join(names[:4])}; only one of them can be the table {table.name}."
        )
    if not found and table.required:
        folders = " or ".join(folder or "the extract folder" for folder in places.folders)
        raise ExtractError(
            f"The {places.source} extract {extract.name!r} has no {table.name}.csv, .csv.gz or .parquet in {folders}."
        )
    return tuple(found)


def _candidates(folder: Path, table: str, *, several: bool) -> Iterator[Path]:
    number = r"([._-]?\d+)?" if several else ""
    pattern = re.compile(rf"{table}{number}\.(csv|csv\.gz|parquet)", re.IGNORECASE)
    for path in folder.iterdir():
        if path.is_file() and pattern.fullmatch(path.name):
            yield path
        elif several and path.is_dir() and path.name.lower() == table:
            yield from (part for part in path.iterdir() if part.name.lower().endswith(_SUFFIXES))


def _must_have(columns: Sequence[str], table: SourceTable, where: str) -> None:
    missing = [column for column in table.columns if column not in columns]
    if missing:
        what = f"column {missing[0]} is" if len(missing) == 1 else f"columns {', '.join(missing)} are"
        raise ExtractError(f"{where}: the {what} missing.{separator_hint(columns)}")


def _select(
    rows: duckdb.DuckDBPyRelation,
    texts: dict[str, Expression],
    table: SourceTable,
    name: str,
    line: Expression,
) -> duckdb.DuckDBPyRelation:
    """Declared columns in declared order, absent ones null, then where the record stands."""
    nothing = ConstantExpression(None).cast("VARCHAR")
    return rows.select(
        *(texts.get(column, nothing).alias(column) for column in (*table.columns, *table.optional)),
        ConstantExpression(name).alias("source_file"),
        line.cast("BIGINT").alias("source_line"),
    )


def _csv_rows(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    name: str,
    table: SourceTable,
    places: Places,
    scratch: Path,
) -> tuple[duckdb.DuckDBPyRelation, TableFile]:
    info = probe_bytes(path, name)
    read = csv_records(connection, path, info, places.nulls, scratch)
    _must_have(tuple(read.texts), table, f"{name}, line 1")
    return _select(read.rows, read.texts, table, name, read.line), TableFile(info, read.held)


def _parquet_rows(
    connection: duckdb.DuckDBPyConnection, path: Path, name: str, table: SourceTable, _: Places, __: Path
) -> tuple[duckdb.DuckDBPyRelation, TableFile]:
    info = probe_binary(path, name)
    try:
        held = pq.read_metadata(path).num_rows
        rows = connection.read_parquet(unglobbed(path), file_row_number=True)
    except (OSError, ValueError, duckdb.Error):
        raise ExtractError(f"{name} is not a readable Parquet file.") from None
    wanted = {
        column.strip().lower(): (column, str(kind))
        for column, kind in zip(rows.columns, rows.types, strict=True)
    }
    _must_have(tuple(wanted), table, name)
    texts = {}
    for column in (*table.columns, *table.optional):
        if column not in wanted:
            continue
        raw, kind = wanted[column]
        if _NO_TEXT.search(kind):
            raise ExtractError(f"{name}: the column {column} holds {kind} values; plain text is needed.")
        value = ColumnExpression(raw)
        texts[column] = (
            FunctionExpression("number_text", value) if kind in _FLOATING else value.cast("VARCHAR")
        )
    line = ColumnExpression("file_row_number") + ConstantExpression(1)
    return _select(rows, texts, table, name, line), TableFile(info, held)
