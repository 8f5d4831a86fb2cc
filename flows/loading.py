"""Loading: the new files of an extract into the store, every row as it was received."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl

from flows.adapters.model import MergesTold, SourceFile
from flows.code_map import NO_CODE_MAP, CodeMapFile
from flows.errors import ExtractError
from flows.exact_reader import ragged_quarantine
from flows.load_notes import load_notes
from flows.manifest import Load, LoadedFile, Manifest, RawPiece
from flows.reading import NO_FILES, Found, ReadFile, find_files, read_files
from flows.row_counts import Tally
from flows.small_tables import (
    Added,
    StoredTables,
    add_small_tables,
    merges_in_force,
    read_merges,
    read_small_tables,
)
from flows.staging import (
    ROWS_PER_SLICE,
    SMALL_LOAD,
    UnevenLinesError,
    bucket_count,
    division,
    slice_count,
    slice_of,
    stage_lab_results,
    write_raw,
)
from flows.store import merge_small_pieces
from flows.tables import inherit_table, write_table
from schemas.tables import QUARANTINE, shaped

TABLES_OF_LOADS = ("table_quarantine", "table_flag")  # a piece for each load and table
CROWDED = 4  # times the rows a slice is meant for, above which the store is divided again


@dataclass(frozen=True)
class NightBefore:
    """The home as the night before left it. store: HOME/store. folder, manifest: of that night; None if there is none."""

    store: Path
    folder: Path | None
    manifest: Manifest | None


@dataclass(frozen=True)
class Arrival:
    """When and how tonight's load is read. loaded_at: local time in the home's time zone. code_map: the site's.
    unit_inference: whether a missing unit may be inferred. folder, merges: of a foreign extract, its checksum and what
    its patient merges say of earlier ones. buckets: patient buckets of a full night, None for about a million rows each.
    """

    run_id: str
    loaded_at: datetime
    timezone: str
    version: str
    code_map: CodeMapFile = NO_CODE_MAP
    unit_inference: bool = True
    folder: str | None = None
    merges: MergesTold = "complete"
    buckets: int | None = None


@dataclass(frozen=True)
class Loaded:
    """The store with tonight's load.

    new: the pieces of tonight's laboratory rows alone. sent: identifiers under which these came. added: what is new in
    the small tables. redivided: the store's slices changed. known_files: files that had been loaded before. notes:
    sentences about files and columns.
    """

    load: Load
    pieces: tuple[RawPiece, ...]
    new: tuple[RawPiece, ...]
    slices: int
    redivided: bool
    merges: Mapping[str, str]
    sent: pl.Series
    added: Added
    tally: Tally
    known_files: int
    notes: tuple[str, ...]


def load_extract(
    extract: Path | None,
    build: Path,
    night_before: NightBefore,
    arrival: Arrival,
    originals: Sequence[SourceFile] | None,
) -> Loaded:
    """Read the new files of an extract into the store; set aside in BUILD what cannot be read.

    originals: as in flows.ingest. Raises ExtractError and CheckError.
    """
    found = find_files(extract) if extract is not None else NO_FILES
    try:
        return _load(found, build, night_before, arrival, originals, careful=False)
    except UnevenLinesError:
        return _load(found, build, night_before, arrival, originals, careful=True)


def _load(
    found: Found,
    build: Path,
    night_before: NightBefore,
    arrival: Arrival,
    originals: Sequence[SourceFile] | None,
    *,
    careful: bool,
) -> Loaded:
    for leftover in (build / "staged", build / "tables", night_before.store / arrival.run_id):
        shutil.rmtree(leftover, ignore_errors=True)
    before = night_before.manifest
    number = (before.load if before else 0) + 1
    piece = f"{number:06d}"
    tally = Tally()
    files = _files(found, build / "staged" / "exact", tally, originals, careful=careful)
    new_files = {table: _new(listed, tally, before) for table, listed in files.items()}
    known_files = sum(len(files[table]) - len(new_files[table]) for table in files)
    labs = new_files["lab_results"]
    if before is None:
        _must_hold_results(labs, adapted=originals is not None)
    for table in TABLES_OF_LOADS:
        inherit_table(table, night_before.folder, build)
    store = _stored(labs, night_before, arrival, number)
    _ragged(labs, build, tally, piece)
    merges: Mapping[str, str] = before.merges if before else {}
    if files["patient_merges"]:
        telling = files if arrival.merges == "complete" else new_files
        told = read_merges(telling["patient_merges"], new_files["patient_merges"], build, tally, piece)
        merges = merges_in_force(told, merges, new_files["patients"], arrival.merges)
    newest = _newest_day(night_before.store, store.new, before, arrival.loaded_at.date())
    rows = read_small_tables(new_files, build, tally, piece, timezone=arrival.timezone, newest=newest)
    stored = StoredTables(night_before.store, before.pieces if before else (), number - 1)
    added = add_small_tables(rows, stored, number, arrival.run_id)
    return Loaded(
        load=Load(
            number=number,
            run_id=arrival.run_id,
            loaded_at=arrival.loaded_at,
            files=_loaded(tally),
            merges=merges if files["patient_merges"] else None,
            folder=arrival.folder,
        ),
        pieces=(*store.pieces, *added.pieces),
        new=store.new,
        slices=store.slices,
        redivided=store.redivided,
        merges=merges,
        sent=_identifiers(night_before.store, store.new),
        added=added,
        tally=tally,
        known_files=known_files,
        notes=load_notes(found.unknown, files, known_files),
    )


def _files(
    found: Found, scratch: Path, tally: Tally, originals: Sequence[SourceFile] | None, *, careful: bool
) -> dict[str, list[ReadFile]]:
    adapted = originals is not None
    files = {
        table: read_files(
            paths, table, scratch / table, careful=careful or table != "lab_results", adapted=adapted
        )
        for table, paths in found.tables.items()
    }
    for registered in files.values():
        tally.register(registered)
    tally.register_originals(originals or ())
    return files


def _new(files: list[ReadFile], tally: Tally, before: Manifest | None) -> list[ReadFile]:
    """The files that were not loaded before, recognized by content whatever their names; others leave the tally."""
    if before is None:
        return files
    known, checksums = before.known(), tally.checksums()
    new = []
    for file in files:
        sources = tally.sources(file)
        old = [name for name in sources if (file.table, checksums.get((file.table, name))) in known]
        for name in old:
            tally.forget(file.table, name)
        if not old:
            new.append(file)
        elif len(old) < len(sources):
            new.append(file.without(old))
    return new


def _must_hold_results(files: list[ReadFile], *, adapted: bool) -> None:
    """Raises ExtractError where no laboratory file has a row. adapted: the files are an adapter's own."""
    if any(file.rows for file in files):
        return
    if adapted:
        raise ExtractError("The extract holds no laboratory results: no record of it became one.")
    names = ", ".join(file.info.name for file in files[:5])
    raise ExtractError(f"The lab_results files hold no rows, only headers ({names}).")


@dataclass(frozen=True)
class _Stored:
    """The laboratory rows of the store. new, redivided: as in ``Loaded``.

    Where the store was divided again, tonight's rows are in its own pieces a second time.
    """

    pieces: tuple[RawPiece, ...]
    new: tuple[RawPiece, ...]
    slices: int
    redivided: bool


def _stored(files: list[ReadFile], night_before: NightBefore, arrival: Arrival, number: int) -> _Stored:
    """Add the rows of laboratory files to the store. number: of the load."""
    before = night_before.manifest
    earlier = before.pieces if before else ()
    rows = sum(file.rows for file in files)
    total = rows + sum(piece.rows for piece in earlier if piece.table == "lab_results")
    slices = before.slices if before else slice_count(total, bucket_count(total, arrival.buckets))
    small = before is not None and rows <= SMALL_LOAD
    folder = night_before.store / arrival.run_id / "new"
    staged = stage_lab_results(files, folder, slices=slices, load=number, small=small) if rows else []
    new = tuple(piece.model_copy(update={"path": f"{arrival.run_id}/new/{piece.path}"}) for piece in staged)
    crowded = total > CROWDED * ROWS_PER_SLICE * slices
    wanted = max(slices, slice_count(total, bucket_count(total, arrival.buckets))) if crowded else slices
    if wanted > slices or (before is not None and before.lab_basis.get("division") != division()):
        again = _redivide([*earlier, *new], night_before.store, arrival, wanted)
        return _Stored(tuple(again), new, wanted, redivided=True)
    merged = merge_small_pieces(night_before.store, night_before.store / arrival.run_id / "merged", earlier)
    return _Stored((*merged, *new), new, slices, redivided=False)


def _redivide(pieces: list[RawPiece], store: Path, arrival: Arrival, slices: int) -> list[RawPiece]:
    """All laboratory pieces in new slices; the pieces of other tables as they are."""
    labs = [piece for piece in pieces if piece.table == "lab_results"]
    rows = pl.concat([pl.scan_parquet(store / piece.path, glob=False) for piece in labs], how="diagonal")
    folder = store / arrival.run_id / "divided"
    folder.mkdir(parents=True)
    written = write_raw(
        rows.drop("slice", strict=False).with_columns(slice=slice_of(pl.col("patient_id"), slices)),
        folder,
        slices=slices,
    )
    return [piece for piece in pieces if piece.table != "lab_results"] + [
        piece.model_copy(update={"path": f"{arrival.run_id}/divided/{piece.path}"}) for piece in written
    ]


def _ragged(files: list[ReadFile], build: Path, tally: Tally, name: str) -> None:
    """Lines of laboratory files that are no rows go to the quarantine as they stand."""
    for file in files:
        tally.add("lab_results", file.ragged.group_by("source_file").agg(rows=pl.len()), "quarantined")
    lines = [ragged_quarantine("lab_results", file.ragged) for file in files if file.ragged.height]
    if lines:
        write_table(build, "table_quarantine", f"{name}_lab_results", shaped(pl.concat(lines), QUARANTINE))


def _identifiers(store: Path, pieces: Sequence[RawPiece]) -> pl.Series:
    if not pieces:
        return pl.Series("patient_id", [], pl.String)
    rows = pl.scan_parquet([store / piece.path for piece in pieces], glob=False, missing_columns="insert")
    return rows.select(pl.col("patient_id").unique()).collect(engine="streaming")["patient_id"]


def _newest_day(store: Path, pieces: Sequence[RawPiece], before: Manifest | None, today: date) -> date:
    """The day of the load, or of a laboratory row (as written) if that is newer; nobody can have been born later."""
    days = [today]  # the record of a newborn may come once, before any result of that day
    days += [before.newest_collected_at.date()] if before and before.newest_collected_at else []
    if pieces:
        rows = pl.scan_parquet([store / piece.path for piece in pieces], glob=False)
        text = pl.col("collected_at").str.strip_chars().str.slice(0, 10)
        dates = rows.select(text.str.to_date("%Y-%m-%d", strict=False).max())
        newest = dates.collect(engine="streaming").item()
        days += [newest] if isinstance(newest, date) else []
    return max(days)


def _loaded(tally: Tally) -> tuple[LoadedFile, ...]:
    return tuple(
        LoadedFile(table=table, name=name, bytes=size, sha256=sha256, rows=rows)
        for table, name, size, sha256, rows in tally.registered_files()
        if sha256 is not None
    )
