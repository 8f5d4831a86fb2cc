"""Patients, clinical events, coverage and patient merges: what a load adds to the store, and what all loads say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from flows.adapters.model import MergesTold
from flows.errors import ExtractError
from flows.exact_reader import ragged_quarantine
from flows.manifest import RawPiece
from flows.panics import unprinted_panics
from flows.reading import ReadFile, unreadable
from flows.row_counts import Tally
from flows.staging import renamed
from flows.tables import write_table
from schemas.extract import EXTRACT_TABLES
from schemas.tables import LAB_CLINICAL_EVENT, LAB_COVERAGE, LAB_PATIENT, QUALITY_FLAG, QUARANTINE, shaped
from transforms.extract_tables import (
    MergeCycleError,
    Parsed,
    joined_merges,
    parse_coverage,
    parse_events,
    parse_merges,
    parse_patients,
    received_text,
)
from transforms.stored_tables import (
    additions,
    merged_differences,
    newest_patients,
    resolved_patients,
    under_remaining,
)

STORED = {"patients": LAB_PATIENT, "clinical_events": LAB_CLINICAL_EVENT, "coverage": LAB_COVERAGE}


@dataclass(frozen=True)
class StoredTables:
    """The small tables of HOME/store as a night sees them."""

    folder: Path
    pieces: Sequence[RawPiece]
    newest_load: int

    def rows(self, table: str, identifiers: pl.Series | None = None) -> pl.DataFrame:
        """Rows of a table under the identifiers they came with, and the load that brought them."""
        seen = self._seen(table)
        if identifiers is not None:
            seen = seen.filter(pl.col("patient_id").is_in(identifiers.implode()))
        return seen.collect(engine="streaming")

    def _seen(self, table: str) -> pl.LazyFrame:
        frames = [pl.DataFrame(schema={**STORED[table], "load": pl.Int32}).lazy()]
        frames += [
            pl.scan_parquet(self.folder / piece.path, glob=False)
            for piece in self.pieces
            if piece.table == table
        ]
        return pl.concat(frames, how="diagonal").filter(pl.col("load") <= self.newest_load)

    def patients(self, merges: Mapping[str, str], identifiers: pl.Series | None = None) -> pl.DataFrame:
        """lab.patient of all patients, or of those that came under the identifiers."""
        rows = resolved_patients(newest_patients(self.rows("patients", identifiers)), merges)
        return rows.select(*LAB_PATIENT, pl.exclude(*LAB_PATIENT))

    def merged_differences(self, merges: Mapping[str, str], identifiers: pl.Series | None) -> pl.DataFrame:
        """Rows of quality.flag of patients whose merged identifiers say different things, likewise."""
        rows = newest_patients(self.rows("patients", identifiers))
        return shaped(merged_differences(rows, merges), QUALITY_FLAG)

    def events(self, merges: Mapping[str, str], identifiers: pl.Series | None = None) -> pl.DataFrame:
        """lab.clinical_event, likewise."""
        return under_remaining(self.rows("clinical_events", identifiers), merges).select(*LAB_CLINICAL_EVENT)

    def coverage(self, merges: Mapping[str, str], identifiers: pl.Series | None = None) -> pl.DataFrame:
        """lab.coverage as the extracts gave it, likewise."""
        return under_remaining(self.rows("coverage", identifiers), merges).select(*LAB_COVERAGE)

    def kinds(self) -> list[str]:
        """The kinds of clinical events that any load brought."""
        found = self._seen("clinical_events").select(pl.col("kind").unique()).collect(engine="streaming")
        return sorted(found["kind"])

    def strata(self) -> list[str]:
        """The columns by which any load divided its patients."""
        return sorted(name for name in self._seen("patients").collect_schema() if name.startswith("stratum_"))

    def holds(self, table: str) -> bool:
        """Whether any load brought a row of the table."""
        return not self._seen(table).select("load").head(1).collect(engine="streaming").is_empty()


@dataclass(frozen=True)
class Added:
    """What a load added: typed rows that no load had said before, under the identifiers they came with."""

    patients: pl.DataFrame
    events: pl.DataFrame
    coverage: pl.DataFrame
    pieces: tuple[RawPiece, ...]


def read_merges(
    files: list[ReadFile], new: list[ReadFile], build: Path, tally: Tally, piece: str
) -> dict[str, str]:
    """Given-up identifier to the one that remains, from files of the table; new ones are accounted for.

    Raises ExtractError where merges run in a circle.
    """
    try:
        merges, parsed = parse_merges(_texts(files, "patient_merges"))
    except MergeCycleError as error:
        raise ExtractError(f"{error.file}, line {error.line}: the patient merges run in a circle.") from None
    names = [name for file in new for name in tally.sources(file)]
    is_new = pl.col("source_file").is_in(names)
    of_new = Parsed(
        parsed.accepted,
        parsed.rejected.filter(is_new),
        parsed.fates.filter(is_new),
        parsed.flags.filter(is_new),
    )
    _account("patient_merges", new, of_new, build, tally, piece)
    return merges


def merges_in_force(
    told: Mapping[str, str], earlier: Mapping[str, str], patients: list[ReadFile], how: MergesTold
) -> Mapping[str, str]:
    """Given-up identifier to the one that remains: what a load tells, and what still holds of the earlier merges.

    patients: its new files of patients. how: as in ``flows.adapters.model.Source``.
    """
    if how == "complete":  # what it no longer lists is undone
        return told
    if how == "by record":
        recorded = set(_trimmed(patients, "patients")["patient_id"])
        earlier = {given_up: remains for given_up, remains in earlier.items() if given_up not in recorded}
    return joined_merges(earlier, told)


def read_small_tables(
    files: Mapping[str, list[ReadFile]], build: Path, tally: Tally, piece: str, *, timezone: str, newest: date
) -> Mapping[str, pl.DataFrame]:
    """Typed rows of the new files by table, under the identifiers they came with.

    files: registered new files by table. What cannot be used is set aside in BUILD. piece: how tonight's pieces of
    quarantine and flags begin. newest: the day of the load, or of a laboratory row if that is newer.
    """
    events = parse_events(_trimmed(files["clinical_events"], "clinical_events"), timezone=timezone)
    _account("clinical_events", files["clinical_events"], events, build, tally, piece)
    latest = events.accepted["start_date"].max()
    if isinstance(latest, date):
        newest = max(newest, latest)
    patients = parse_patients(_trimmed(files["patients"], "patients"), newest=newest, timezone=timezone)
    _account("patients", files["patients"], patients, build, tally, piece)
    coverage = parse_coverage(_trimmed(files["coverage"], "coverage"), timezone=timezone)
    _account("coverage", files["coverage"], coverage, build, tally, piece)
    return {
        "patients": patients.accepted.select(*LAB_PATIENT, pl.exclude(*LAB_PATIENT)),
        "clinical_events": events.accepted.select(*LAB_CLINICAL_EVENT),
        "coverage": coverage.accepted.select(*LAB_COVERAGE),
    }


def add_small_tables(rows: Mapping[str, pl.DataFrame], stored: StoredTables, load: int, run_id: str) -> Added:
    """Write into the store what rows add to it. rows: as of ``read_small_tables``. load, run_id: of tonight."""
    number = pl.lit(load, pl.Int32).alias("load")
    added, pieces = {}, []
    for table, brought in rows.items():
        before = stored.rows(table, brought["patient_id"].unique()) if brought.height else brought.clear()
        before = newest_patients(before) if table == "patients" and brought.height else before
        added[table] = additions(brought, before).with_columns(number)
        if added[table].height:
            place = Path(run_id) / f"{table}.parquet"
            (stored.folder / place.parent).mkdir(parents=True, exist_ok=True)
            added[table].write_parquet(stored.folder / place, compression="zstd", compression_level=1)
            pieces.append(RawPiece(table=table, path=place.as_posix(), slice=None, rows=added[table].height))
    return Added(added["patients"], added["clinical_events"], added["coverage"], tuple(pieces))


def _texts(files: list[ReadFile], table: str) -> pl.DataFrame:
    """All rows of a table as texts; no file is a table without rows."""
    if not files:
        names = EXTRACT_TABLES[table].column_names
        return pl.DataFrame(
            schema={**dict.fromkeys((*names, "source_file"), pl.String), "source_line": pl.Int64}
        )
    frames = pl.concat([file.texts for file in files], how="diagonal")
    try:
        with unprinted_panics():
            return frames.collect(engine="streaming")
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        # a Parquet file may break off behind a good footer
        listed = ", ".join(file.info.name for file in (unreadable(files) or files)[:5])
        raise ExtractError(f"The table {table} cannot be read to its end (files: {listed}).") from None


def _trimmed(files: list[ReadFile], table: str) -> pl.DataFrame:
    return renamed(_texts(files, table).lazy(), {}).collect()


def _account(
    table: str, files: list[ReadFile], parsed: Parsed, build: Path, tally: Tally, piece: str
) -> None:
    """Fates to the tally, rejected rows and ragged lines to the quarantine, flags to the quality flags."""
    for (fate,), part in parsed.fates.group_by("fate"):
        tally.add(table, part, str(fate))
    for file in files:
        tally.add(table, file.ragged.group_by("source_file").agg(rows=pl.len()), "quarantined")
    rejected = parsed.rejected.with_columns(
        table_name=pl.lit(table), received=received_text(parsed.rejected, table)
    )
    ragged = [shaped(ragged_quarantine(table, file.ragged), QUARANTINE) for file in files]
    if files:
        write_table(
            build, "table_quarantine", f"{piece}_{table}", pl.concat([_as_quarantine(rejected), *ragged])
        )
    if parsed.flags.height:
        write_table(build, "table_flag", f"{piece}_{table}", shaped(parsed.flags, QUALITY_FLAG))


def _as_quarantine(rejected: pl.DataFrame) -> pl.DataFrame:
    kept = ["table_name", "received", "reasons", "source_file", "source_line"]
    return shaped(
        rejected.select(*kept, *(["patient_id"] if "patient_id" in rejected.columns else [])), QUARANTINE
    )
