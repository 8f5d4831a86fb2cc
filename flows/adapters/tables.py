"""Sources made of tables: their files become views, and the source's SQL statements run in order.

The statements in ``sql/<source>/*.sql`` say what a source's columns mean.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from flows.adapters.csv_records import broken_line, unglobbed
from flows.adapters.model import SourceFile
from flows.adapters.source_tables import Places, SourceTable, TableFile, prepare, show_table
from flows.adapters.statements import execute
from flows.duck import opened
from flows.errors import CheckError, ExtractError
from flows.sql import statement
from schemas.extract import EXTRACT_TABLES

log = logging.getLogger("hemacohort")

MEMORY_LIMIT = "1GB"  # the statements stream; all they hold in memory is lookups of codes, patients and stays
# Lookups of sources that name drugs in words.
DRUG_NAMES = (
    "adapters/ingredients",
    "adapters/classes_by_name",
    "adapters/is_local",
    "adapters/methotrexate_class",
)


@dataclass(frozen=True)
class Step:
    """One statement of a source: it writes OUTPUT.parquet, or does not run where a table it needs is missing.

    records: the table whose records become rows, None where rows come from no one record (coverage). exactly_one: each
    record must become exactly one row; else records without a row are counted as ignored.
    """

    statement: str
    output: str
    needs: tuple[str, ...]
    records: str | None = None
    exactly_one: bool = False


@dataclass(frozen=True)
class TableLayout:
    """A source made of tables, and the statements that bring them to the canonical layout.

    lookups: statements that make temporary tables for the steps, in order.
    """

    places: Places
    tables: tuple[SourceTable, ...]
    steps: tuple[Step, ...]
    lookups: tuple[str, ...] = ()


def write_tables(layout: TableLayout, extract: Path, out: Path) -> tuple[SourceFile, ...]:
    """Run the statements of a layout over its files. Raises ExtractError; see flows.adapters.model.Source.

    A statement sees each table of the layout as a view. Parameters: $target (the file it writes), $TABLE_present,
    $OUTPUT (the file that an earlier step wrote) and $OUTPUT_rows (its rows, 0 if it did not run).
    """
    with tempfile.TemporaryDirectory(dir=out, prefix=".") as scratch:
        config: dict[str, Any] = {
            "memory_limit": MEMORY_LIMIT,
            "temp_directory": scratch,
            "preserve_insertion_order": True,  # the number of a record is its place in the file
        }
        with opened(**config) as connection:
            prepare(connection)
            tables = {
                table.name: show_table(connection, table, layout.places, extract, Path(scratch) / table.name)
                for table in layout.tables
            }
            return _run(connection, layout, tables, extract, out)


def _run(
    connection: duckdb.DuckDBPyConnection,
    layout: TableLayout,
    tables: Mapping[str, tuple[TableFile, ...]],
    extract: Path,
    out: Path,
) -> tuple[SourceFile, ...]:
    source = layout.places.source
    values: dict[str, Any] = {f"{name}_present": bool(files) for name, files in tables.items()}
    names = {str(extract / file.info.name): file.info.name for files in tables.values() for file in files}
    read: list[SourceFile] = []
    for name, files in tables.items():
        if not files:
            log.info("%s: no %s, which is read as empty", source, name)
        read += [SourceFile(file.info.name, file.info.bytes, file.info.sha256) for file in files]
    for lookup in layout.lookups:
        _execute(connection, lookup, values, names)
    for step in layout.steps:
        values[f"{step.output}_rows"] = 0
        if not all(tables[name] for name in step.needs):
            continue
        target = out / f"{step.output}.parquet"
        rows = _execute(connection, step.statement, {**values, "target": str(target)}, names)
        values[step.output] = unglobbed(target)
        values[f"{step.output}_rows"] = rows
        log.info("%s: %d rows of %s", source, rows, step.output)
        if step.records:
            read += _counted(connection, step, tables[step.records], target, rows)
    return tuple(read)


def _counted(
    connection: duckdb.DuckDBPyConnection, step: Step, files: tuple[TableFile, ...], target: Path, rows: int
) -> list[SourceFile]:
    """The files of a step's records, with how many of them became no row."""
    held = sum(file.rows for file in files)
    table = next(name for name in EXTRACT_TABLES if step.output.startswith(name))
    if step.exactly_one:
        if rows != held:
            raise CheckError("row_conservation", f"{held} records of {step.records} became {rows} rows")
        return [_as(table, file, file.rows) for file in files]
    found = connection.execute(statement("adapters/lines_written"), {"target": unglobbed(target)}).fetchall()
    used: dict[str, int] = dict(found)
    return [_as(table, file, used.get(file.info.name, 0)) for file in files]


def _as(table: str, file: TableFile, used: int) -> SourceFile:
    return SourceFile(file.info.name, file.info.bytes, file.info.sha256, table, file.rows - used)


def _execute(
    connection: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, Any], names: Mapping[str, str]
) -> int:
    """Run one statement with the parameters it names; its one number (rows written), 0 if there is none.

    names: path to name of the files it may read.
    """
    try:
        rows = execute(connection, name, values)
    except duckdb.InvalidInputException as error:
        raise broken_line(error, names) from None
    except (duckdb.IOException, duckdb.OutOfMemoryException):  # the machine's fault, not the extract's
        raise
    except duckdb.Error:
        packed = sorted(known for known in names.values() if known.lower().endswith(".parquet"))
        if not packed:
            raise
        listed = ", ".join(packed[:5])
        raise ExtractError(f"A Parquet file cannot be read to its end (files: {listed}).") from None
    return int(rows[0][0]) if rows and rows[0][0] is not None else 0
