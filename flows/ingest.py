"""Ingest: from the files of an extract to the accepted, typed tables of a private build folder.

Every row of every file ends in exactly one place; the sums are checked file by file before anything goes on.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl

from flows.adapters.model import SourceFile
from flows.code_map import NO_CODE_MAP, CodeMapFile
from flows.errors import CheckError, ExtractError
from flows.lab_pieces import LabPiece, Load, normalized
from flows.reading import Found, ReadFile, find_files, ragged_quarantine, read_files
from flows.row_counts import FileCounts, Tally
from flows.small_tables import SmallTables, ingest_small_tables, read_merges
from flows.staging import UnevenLinesError, bucket_count, stage_lab_results
from flows.tables import write_table
from schemas.checks import ContractError
from schemas.extract import EXTRACT_TABLES
from schemas.tables import (
    INPUT_FILE,
    LAB_RESULT,
    QUALITY_FLAG,
    QUARANTINE,
    REPORTED_COUNT,
    UNMAPPED_CODE,
    empty,
    shaped,
)


@dataclass(frozen=True)
class IngestCounts:
    """What came in and what became of it: counts and file names only.

    The five fates are those of laboratory rows; ``files`` has them for every file of every table. newest_collected_at:
    the newest collection time of a usable or rejected result, None if there is none (``--as-of auto``).
    """

    buckets: int
    rows: int
    accepted: int
    duplicate: int
    superseded: int
    ignored: int
    quarantined: int
    newest_collected_at: datetime | None
    files: tuple[FileCounts, ...]
    notes: tuple[str, ...]


@dataclass
class _LabSummary:
    """What the small tables need to know about the laboratory rows, gathered bucket by bucket."""

    contacts: list[pl.DataFrame]
    unmapped: list[pl.DataFrame]
    newest: datetime | None = None

    def see(self, piece: LabPiece) -> None:
        self.contacts.append(piece.contacts)
        self.unmapped.append(piece.unmapped)
        for frame in (piece.results, piece.reported):
            latest = frame["collected_at"].max()
            if isinstance(latest, datetime):
                self.newest = latest if self.newest is None else max(self.newest, latest)


def ingest(
    extract: Path,
    build: Path,
    *,
    timezone: str,
    loaded_at: datetime,
    buckets: int | None = None,
    originals: Sequence[SourceFile] | None = None,
    code_map: CodeMapFile = NO_CODE_MAP,
) -> IngestCounts:
    """Read an extract into BUILD/tables: lab_result, reported_count, quality_flag, quarantine and the small tables.

    timezone: the home's, to which zoned times are brought. buckets: patient buckets, None for about 1.5 million rows
    each. originals: for an adapted extract, the source's own files, which are registered in its place. code_map: what
    the site's own codes stand for. Raises ExtractError (the extract cannot be read or breaks its contract) and CheckError (rows are lost
    or a table breaks its contract); then BUILD is to be thrown away.
    """
    found = find_files(extract)
    try:
        return _ingest(found, build, timezone, loaded_at, buckets, originals, code_map, careful=False)
    except UnevenLinesError:
        return _ingest(found, build, timezone, loaded_at, buckets, originals, code_map, careful=True)


def _ingest(
    found: Found,
    build: Path,
    timezone: str,
    loaded_at: datetime,
    buckets: int | None,
    originals: Sequence[SourceFile] | None,
    code_map: CodeMapFile,
    *,
    careful: bool,
) -> IngestCounts:
    scratch = build / "staged" / "exact"
    shutil.rmtree(build / "staged", ignore_errors=True)
    files = {
        table: read_files(
            paths,
            table,
            scratch / table,
            careful=careful or table != "lab_results",
            adapted=originals is not None,
        )
        for table, paths in found.tables.items()
    }
    rows = sum(file.rows for file in files["lab_results"])
    if rows == 0:
        names = ", ".join(file.info.name for file in files["lab_results"][:5])
        raise ExtractError(f"The lab_results files hold no rows, only headers ({names}).")
    tally = Tally()
    for registered in files.values():
        tally.register(registered)
    tally.register_originals(originals or ())
    try:
        merges = read_merges(files["patient_merges"], build, tally)
        summary, used = _lab_results(
            files["lab_results"],
            build,
            tally,
            merges,
            Load(timezone, loaded_at, want_contacts=not files["coverage"], code_map=code_map.map),
            buckets=bucket_count(rows, buckets),
        )
        if summary.newest is None:
            _must_not_be_all_quarantined(build, tally)
        newest: date | None = summary.newest.date() if summary.newest else None
        ingest_small_tables(
            SmallTables(files["patients"], files["clinical_events"], files["coverage"]),
            build,
            tally,
            merges,
            timezone=timezone,
            newest=newest,
            contacts=summary.contacts,
        )
        counted = tally.finish()
        write_table(build, "input_file", "all", shaped(counted, INPUT_FILE))
        write_table(build, "code_map", "all", code_map.table())
    except ContractError as error:
        raise CheckError("contract", str(error)) from None
    shutil.rmtree(build / "staged", ignore_errors=True)
    return _counts(tally, used, summary.newest, _notes(found.unknown, files))


def _must_not_be_all_quarantined(build: Path, tally: Tally) -> None:
    """A file of which not one row can be used is a broken file, and must not empty every cohort of the home.

    Raises ExtractError with the first row and its reasons. Rows of tests that no rule reads are no fault of the file.
    """
    fates = [counted for (table, _), counted in tally.fates.items() if table == "lab_results"]
    if any(fate != "quarantined" and number for counted in fates for fate, number in counted.items()):
        return
    first = (
        pl.scan_parquet(build / "tables" / "quarantine" / "*.parquet")
        .filter(pl.col("table_name") == "lab_results")
        .select("source_file", "source_line", "reasons")
        .sort("source_file", "source_line")
        .head(1)
        .collect()
    )
    for file, line, reasons in first.iter_rows():
        raise ExtractError(
            f"{file}, line {line}: {', '.join(reasons)}, and not one row of the lab_results files can be used."
        )


def _lab_results(
    files: list[ReadFile],
    build: Path,
    tally: Tally,
    merges: Mapping[str, str],
    load: Load,
    *,
    buckets: int,
) -> tuple[_LabSummary, int]:
    for file in files:
        tally.add("lab_results", file.ragged.group_by("source_file").agg(rows=pl.len()), "quarantined")
    ragged = pl.concat([ragged_quarantine("lab_results", file.ragged) for file in files])
    write_table(build, "quarantine", "lab_results_lines", shaped(ragged, QUARANTINE))
    staged = stage_lab_results(files, build / "staged" / "lab_results", buckets=buckets, merges=merges)
    summary = _LabSummary([], [])
    for number, piece in normalized(staged, load):
        _write_bucket(build, f"{number:03d}", piece)
        if piece is not None:
            summary.see(piece)
            for (fate,), part in piece.fates.group_by("fate"):
                tally.add("lab_results", part.select("source_file", "rows"), str(fate))
    write_table(build, "unmapped_code", "all", _unmapped(summary.unmapped))
    return summary, staged.buckets


def _unmapped(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """How often each test that no rule reads was sent, over all buckets."""
    texts = ["code_system", "code", "name", "unit"]
    every = pl.concat([empty(UNMAPPED_CODE), *parts])
    return (
        every.group_by(texts).agg(pl.col("rows").sum()).sort("rows", *texts, descending=[True, *[False] * 4])
    )


def _write_bucket(build: Path, name: str, piece: LabPiece | None) -> None:
    """The four large tables of one bucket of patients; readers of the tables expect a piece for every bucket."""
    if piece is None:
        for table, columns in _LARGE.items():
            write_table(build, table, name, empty(columns))
        return
    write_table(build, "lab_result", name, piece.results)
    write_table(build, "reported_count", name, piece.reported)
    write_table(build, "quality_flag", name, piece.flags)
    write_table(build, "quarantine", name, piece.quarantine)


_LARGE = {
    "lab_result": LAB_RESULT,
    "reported_count": REPORTED_COUNT,
    "quality_flag": QUALITY_FLAG,
    "quarantine": QUARANTINE,
}


def _counts(tally: Tally, buckets: int, newest: datetime | None, notes: tuple[str, ...]) -> IngestCounts:
    labs = [file for file in tally.files() if file.table == "lab_results"]
    return IngestCounts(
        buckets=buckets,
        rows=sum(file.rows for file in labs),
        accepted=sum(file.accepted for file in labs),
        duplicate=sum(file.duplicate for file in labs),
        superseded=sum(file.superseded for file in labs),
        ignored=sum(file.ignored for file in labs),
        quarantined=sum(file.quarantined for file in labs),
        newest_collected_at=newest,
        files=tally.files(),
        notes=notes,
    )


def _notes(unknown: tuple[str, ...], files: Mapping[str, list[ReadFile]]) -> tuple[str, ...]:
    notes = [f"{name} belongs to no table of the extract and was not read" for name in unknown]
    for registered in files.values():
        for file in registered:
            columns = file.ignored_columns
            if len(columns) == 1:
                notes.append(
                    f"{file.info.name}: column {columns[0]} is not part of the table and was not read"
                )
            elif columns:
                names = ", ".join(columns[:10]) + (", …" if len(columns) > 10 else "")
                notes.append(
                    f"{file.info.name}: {len(columns)} columns are not part of the table and were not read: {names}"
                )
    notes += [
        f"the extract has no {table} file"
        for table in EXTRACT_TABLES
        if table != "patient_merges" and not files[table]
    ]
    return tuple(notes)
