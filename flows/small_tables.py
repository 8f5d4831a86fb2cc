"""Patients, clinical events, coverage and patient merges of an extract into the build folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from flows.errors import ExtractError
from flows.reading import ReadFile, ragged_quarantine
from flows.row_counts import Tally
from flows.staging import renamed
from flows.tables import write_table
from schemas.extract import EXTRACT_TABLES
from schemas.tables import LAB_CLINICAL_EVENT, LAB_COVERAGE, LAB_PATIENT, QUALITY_FLAG, QUARANTINE, shaped
from transforms.extract_tables import (
    MergeCycleError,
    Parsed,
    parse_coverage,
    parse_events,
    parse_merges,
    parse_patients,
    received_text,
)
from transforms.observed import derived_coverage, event_contacts, joined_contacts


@dataclass(frozen=True)
class SmallTables:
    """Registered files of the tables that are read whole."""

    patients: list[ReadFile]
    events: list[ReadFile]
    coverage: list[ReadFile]


def read_merges(files: list[ReadFile], build: Path, tally: Tally) -> dict[str, str]:
    """Given-up identifier to the one that remains. Raises ExtractError where merges run in a circle."""
    try:
        merges, parsed = parse_merges(_texts(files, "patient_merges"))
    except MergeCycleError as error:
        raise ExtractError(f"{error.file}, line {error.line}: the patient merges run in a circle.") from None
    _account("patient_merges", files, parsed, build, tally)
    return merges


def ingest_small_tables(
    tables: SmallTables,
    build: Path,
    tally: Tally,
    merges: Mapping[str, str],
    *,
    timezone: str,
    newest: date | None,
    contacts: list[pl.DataFrame],
) -> None:
    """Write lab_patient, lab_clinical_event and lab_coverage, and their shares of quarantine and quality_flag.

    newest: newest laboratory date. contacts: first and last laboratory day per patient, needed only where the
    extract has no coverage table.
    """
    events = parse_events(_renamed(tables.events, "clinical_events", merges), timezone=timezone)
    _account("clinical_events", tables.events, events, build, tally)
    write_table(build, "lab_clinical_event", "all", events.accepted.select(*LAB_CLINICAL_EVENT))

    latest = events.accepted["start_date"].max()
    dates = [day for day in (newest, latest) if isinstance(day, date)]
    patients = parse_patients(
        _renamed(tables.patients, "patients", merges), newest=max(dates, default=None), timezone=timezone
    )
    _account("patients", tables.patients, patients, build, tally)
    write_table(build, "lab_patient", "all", patients.accepted.select(*LAB_PATIENT, pl.exclude(*LAB_PATIENT)))

    if tables.coverage:
        coverage = parse_coverage(_renamed(tables.coverage, "coverage", merges), timezone=timezone)
        _account("coverage", tables.coverage, coverage, build, tally)
        intervals = coverage.accepted
    else:
        spans = joined_contacts([*contacts, event_contacts(events.accepted)])
        intervals = derived_coverage(spans, events.accepted)
    write_table(build, "lab_coverage", "all", intervals.select(*LAB_COVERAGE))


def _texts(files: list[ReadFile], table: str) -> pl.DataFrame:
    """All rows of a table as texts; no file is a table without rows."""
    if not files:
        names = EXTRACT_TABLES[table].column_names
        return pl.DataFrame(
            schema={**dict.fromkeys((*names, "source_file"), pl.String), "source_line": pl.Int64}
        )
    frames = pl.concat([file.texts for file in files], how="diagonal")
    try:
        return frames.collect(engine="streaming")
    except (pl.exceptions.PolarsError, OSError):  # a Parquet file may break off behind a good footer
        listed = ", ".join(file.info.name for file in files[:5])
        raise ExtractError(f"The table {table} cannot be read to its end (files: {listed}).") from None


def _renamed(files: list[ReadFile], table: str, merges: Mapping[str, str]) -> pl.DataFrame:
    return renamed(_texts(files, table).lazy(), merges).collect()


def _account(table: str, files: list[ReadFile], parsed: Parsed, build: Path, tally: Tally) -> None:
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
        write_table(build, "quarantine", table, pl.concat([_as_quarantine(rejected), *ragged]))
    if parsed.flags.height:
        write_table(build, "quality_flag", table, shaped(parsed.flags, QUALITY_FLAG))


def _as_quarantine(rejected: pl.DataFrame) -> pl.DataFrame:
    kept = ["table_name", "received", "reasons", "source_file", "source_line"]
    return shaped(
        rejected.select(
            *kept, *(name for name in ("patient_id", "source_patient_id") if name in rejected.columns)
        ),
        QUARANTINE,
    )
