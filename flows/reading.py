"""Find the files of an extract, register them, and show each as a lazy frame of texts with its source lines.

Two readers give the same rows. The fast one is Polars' CSV scanner, whose row index is the physical line as long as
every record is one line; polars 2.1 fills short lines with nulls without a word, so it is believed only where commas
and lines add up exactly (:func:`_fast_reader_is_exact`). The exact one is flows.exact_reader.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from flows.column_names import listed, names_to_show, separator_hint
from flows.csv_lines import read_header
from flows.errors import ExtractError
from flows.exact_reader import RAGGED_SCHEMA, read_exactly
from flows.file_probe import FileBytes, probe_binary, probe_bytes
from flows.panics import unprinted_panics
from flows.parquet_text import parquet_texts
from flows.quoted_fields import commas_in_fields
from schemas.extract import EXTRACT_TABLES, ExtractTable

SUFFIXES = (".csv", ".csv.gz", ".parquet")


@dataclass(frozen=True)
class Found:
    """The files of an extract by table, and the names that belong to no table."""

    tables: Mapping[str, tuple[Path, ...]]
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class ReadFile:
    """One registered file: what its bytes say, its rows as texts, and the lines that were no rows.

    texts: every column of the table as String (null = empty or absent), source_file, source_line (Int64).
    ragged: received (the line as it stands), source_file, source_line. rows counts both.
    """

    table: str
    info: FileBytes
    rows: int
    texts: pl.LazyFrame
    ragged: pl.DataFrame
    ignored_columns: tuple[str, ...]
    adapted: bool = False  # the rows name the files of a foreign source, not this one

    def without(self, sources: Collection[str]) -> ReadFile:
        """The file without the rows of some sources."""
        others = ~pl.col("source_file").is_in(list(sources))
        texts, ragged = self.texts.filter(others), self.ragged.filter(others)
        rows = int(texts.select(pl.len()).collect(engine="streaming").item()) + ragged.height
        return replace(self, texts=texts, ragged=ragged, rows=rows)


NO_FILES = Found(dict.fromkeys(EXTRACT_TABLES, ()), ())  # of a foreign extract that was loaded before


def find_files(extract: Path) -> Found:
    """Files of each table, sorted by name.

    Raises ExtractError for a missing folder, one without lab_results, and what has the name of a table's file and is none.
    """
    if not extract.is_dir():
        raise ExtractError(f"The extract folder {extract.name!r} does not exist or is not a folder.")
    tables: dict[str, tuple[Path, ...]] = {}
    try:
        names = sorted(path.name for path in extract.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise ExtractError(f"The extract folder {extract.name!r} cannot be read: {error.strerror}.") from None
    for name in names:
        if not name.isprintable():
            raise ExtractError(
                f"The extract folder {extract.name!r} holds a file whose name is not plain text, {name!a}; "
                "rename it."
            )
    for table in EXTRACT_TABLES:
        belonging = [name for name in names if _belongs(name, table)]
        for name in belonging:
            _must_be_file(extract / name)
        tables[table] = tuple(extract / name for name in belonging)
    taken = {path.name for paths in tables.values() for path in paths}
    unknown = tuple(name for name in names if name not in taken)
    if not tables["lab_results"]:
        seen = f" It holds {_some(tuple(names))}." if names else " It is empty."
        raise ExtractError(
            f"The extract folder {extract.name!r} has no lab_results*.csv, .csv.gz or .parquet file.{seen}"
        )
    return Found(tables, unknown)


def read_files(
    paths: tuple[Path, ...], table: str, scratch: Path, *, careful: bool = True, adapted: bool = False
) -> list[ReadFile]:
    """Register the files of one table. scratch: folder for the exact reader's pieces; the caller removes it.

    careful: let Polars read every file once before it is trusted. Without it a file whose lines are too long by as
    much as others are too short makes the reading of ``texts`` stop with an error; then register again, carefully.
    adapted: Parquet files an adapter wrote, whose rows say which file and line of the source they come from.
    Raises ExtractError for the first file that cannot be read or misses a required column.
    """
    return [
        _read_parquet(path, EXTRACT_TABLES[table], adapted=adapted)
        if path.name.lower().endswith(".parquet")
        else _read_csv(path, EXTRACT_TABLES[table], scratch / path.name, careful=careful)
        for path in paths
    ]


def unreadable(files: Sequence[ReadFile]) -> list[ReadFile]:
    """The Parquet files that cannot be read by themselves; lines of a CSV file are looked at when it is registered."""
    found = []
    for file in files:
        if not file.info.name.lower().endswith(".parquet"):
            continue
        try:
            with unprinted_panics():
                file.texts.select(pl.col(pl.String).str.len_bytes().sum()).collect(engine="streaming")
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
            found.append(file)
    return found


def _belongs(name: str, table: str) -> bool:
    """Whether a file is one of a table's, by its name in whatever case: Windows writes LAB_RESULTS.CSV."""
    return name.lower().startswith(table) and name.lower().endswith(SUFFIXES)


def _must_be_file(path: Path) -> None:
    """Raises ExtractError: what is named like a table's file and cannot be read as one must not be passed over."""
    if path.is_dir():
        raise ExtractError(
            f"{path.name} is a folder; the files of a table have to lie in the extract folder itself."
        )
    if not path.is_file():
        raise ExtractError(f"{path.name} is not a file, or is a link to nothing.")


def _some(names: tuple[str, ...], most: int = 8) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def _read_csv(path: Path, table: ExtractTable, scratch: Path, *, careful: bool) -> ReadFile:
    info = probe_bytes(path, path.name)
    header = read_header(path)
    names = _known_names(header, table, f"{path.name}, line 1")
    if _fast_reader_is_exact(path, info, names, careful=careful):
        rows = info.lines - 1
        texts = _scan(path, names)
        ragged = pl.DataFrame(schema=RAGGED_SCHEMA)
    else:
        rows, texts, ragged = read_exactly(path, names, scratch)
    known = [name for name in names if not name.startswith("__")]
    texts = _select(texts, known, table, path.name)
    ignored = tuple(raw for raw, name in zip(header, names, strict=True) if name.startswith("__") and raw)
    return ReadFile(table.name, info, rows, texts, ragged, ignored)


def _known_names(header: list[str], table: ExtractTable, place: str) -> list[str]:
    """Canonical name of each column (case does not matter), ``__N`` for columns the table does not have.

    place: where the names are, for the sentence of the ExtractError.
    """
    if not header:
        raise ExtractError(f"{place}: the first line is blank; it must name the columns.")
    lowered = [name.lower() for name in header]
    # a row of data, perhaps: its cells are not repeated
    if not any(is_known(name, table) for name in lowered):
        what = (
            f"none of its {len(header)} fields names" if len(header) > 1 else "its only field does not name"
        )
        raise ExtractError(
            f"{place}: {what} a column of {table.name}; the first line must name the columns."
            f"{separator_hint(header)}"
        )
    twice = sorted({name for name in lowered if name and lowered.count(name) > 1})
    if twice:
        shown = {name.lower() for name in names_to_show(header, table.column_names)}
        named = listed([name for name in twice if name in shown], len(twice), 8)
        which = f"the column name {named}" if named else "a column name"
        raise ExtractError(f"{place}: {which} occurs more than once.")
    missing = [name for name in table.required_names if name not in lowered]
    if missing:
        found = listed(names_to_show(header, table.column_names), len(header), 30)
        found = found or "not shown, for they look like data"
        raise ExtractError(
            f"{place}: the required column{'s' if len(missing) > 1 else ''} {', '.join(missing)} "
            f"{'are' if len(missing) > 1 else 'is'} missing; the columns found are {found}.{separator_hint(header)}"
        )
    return [name if is_known(name, table) else f"__{number}" for number, name in enumerate(lowered)]


def is_known(name: str, table: ExtractTable) -> bool:
    """Whether the table has a column of this name."""
    return name in table.column_names or bool(table.open_prefix and name.startswith(table.open_prefix))


def _scan(path: Path, names: list[str], *, null_for_empty: bool = True) -> pl.LazyFrame:
    return pl.scan_csv(
        path,
        schema=dict.fromkeys(names, pl.String),
        null_values="" if null_for_empty else None,
        empty_string_is_null=null_for_empty,
        row_index_name="source_line",
        row_index_offset=2,
        glob=False,
    )


def _fast_reader_is_exact(path: Path, info: FileBytes, names: list[str], *, careful: bool) -> bool:
    """Whether Polars reads every line as one record of the right width, so that its row index gives the line.

    A longer line makes Polars stop with an error. If none is longer, all separators together are
    lines * (columns - 1) only if none is shorter. Where every quote is one of a pair (``""``, an empty field) no
    comma or line end can be inside a field, so the bytes alone tell; where quotes are few, the bytes of the quoted
    fields do. Else the commas inside fields are counted in what Polars read and taken off, and fewer rows than lines
    means a field with a line end in it.
    """
    separators = info.lines * (len(names) - 1)
    plain = info.quotes == info.paired_quotes
    hidden = 0 if plain else commas_in_fields(path, info.quotes)
    plain = plain or hidden is not None
    if plain and info.commas - (hidden or 0) != separators:
        return False
    if plain and not careful and not any(name.startswith("__") for name in names):
        return True  # with a column left out Polars would not notice a line that is too long
    counted = _scan(path, names, null_for_empty=False).select(
        rows=pl.len(), inside=pl.sum_horizontal(pl.col(names).str.count_matches(",", literal=True).sum())
    )
    try:
        rows, inside = counted.collect(engine="streaming").row(0)
    except (pl.exceptions.PolarsError, OSError):
        return False
    in_header = sum(name.count(",") for name in read_header(path))
    return rows == info.lines - 1 and info.commas - (inside or 0) - in_header == separators


def _read_parquet(path: Path, table: ExtractTable, *, adapted: bool) -> ReadFile:
    info = probe_binary(path, path.name)
    try:
        with unprinted_panics():
            scan = pl.scan_parquet(path, glob=False)
            schema = scan.collect_schema()
            rows = scan.select(pl.len()).collect().item()
    except (OSError, ValueError, pl.exceptions.PolarsError):
        raise ExtractError(f"{path.name} is not a readable Parquet file.") from None
    except pl.exceptions.PanicException:
        raise ExtractError(
            f"{path.name} holds a column of a type that is not known here; plain text is needed."
        ) from None
    if adapted and "received" in schema:
        return _read_unreadable(scan, info, rows, table)
    _known_names([name.strip() for name in schema], table, path.name)
    named = adapted and "source_file" in schema and "source_line" in schema
    texts = parquet_texts(scan, schema, path.name, lambda name: is_known(name, table), adapted=named)
    known = [name for name in texts.collect_schema() if is_known(name, table)]
    ignored = tuple(
        name
        for name in schema
        if not is_known(name.strip().lower(), table) and not (named and name.startswith("source_"))
    )
    return ReadFile(
        table.name,
        info,
        rows,
        _select(texts, known, table, path.name),
        pl.DataFrame(schema=RAGGED_SCHEMA),
        ignored,
        adapted=named,
    )


def _read_unreadable(scan: pl.LazyFrame, info: FileBytes, rows: int, table: ExtractTable) -> ReadFile:
    """A file in which an adapter keeps the records of its source that it could not read, as they stand."""
    texts = pl.LazyFrame(
        schema={**dict.fromkeys((*table.column_names, "source_file"), pl.String), "source_line": pl.Int64}
    )
    ragged = scan.select(pl.col(name).cast(dtype) for name, dtype in RAGGED_SCHEMA.items()).collect()
    return ReadFile(table.name, info, rows, texts, ragged, (), adapted=True)


def _select(texts: pl.LazyFrame, known: list[str], table: ExtractTable, file: str) -> pl.LazyFrame:
    """Known columns in declared order, absent ones as null, then open ones, then where the row came from."""
    declared = [
        pl.col(name) if name in known else pl.lit(None, pl.String).alias(name) for name in table.column_names
    ]
    opened = sorted(name for name in known if name not in table.column_names)
    have_file = "source_file" in texts.collect_schema()
    source_file = pl.col("source_file") if have_file else pl.lit(file, pl.String).alias("source_file")
    return texts.select(*declared, *opened, source_file, pl.col("source_line").cast(pl.Int64))
