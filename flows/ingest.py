"""Ingest: the new files of an extract into the store, and the tables of the patients whom they affect.

A night reads only files it has not loaded before and keeps their rows as received. It then derives the tables of the
patients about whom something changed again, from everything that is known of them. Results that have nothing to do with
earlier ones are simply added. The outcome is therefore the same as if everything had come at once. Every row of every
new file ends in exactly one place; the sums are checked file by file.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import polars as pl

from flows.adapters.model import SourceFile
from flows.additions import SomePatients, some_patients
from flows.broken_files import must_not_be_all_quarantined
from flows.derive import Derived, Known, derive, known_of
from flows.generations import LAB, PATIENTS, RESULTS, inherit, own
from flows.load_notes import notes_on_identifiers, notes_on_unusable_files
from flows.load_tables import write_causes, write_files_and_codes
from flows.loading import Arrival, Loaded, NightBefore, load_extract
from flows.manifest import Manifest
from flows.missing_units import Changed, write_missing_units
from flows.row_counts import FileCounts
from flows.staging import bucket_count, division
from flows.tables import write_table
from transforms.affected_patients import Affected, affected_patients


@dataclass(frozen=True)
class IngestCounts:
    """What came in and what became of it: counts and file names only.

    patients: how many the load affects; None if everybody's tables were derived again. buckets: pieces written.
    known_files: files of the extract that had been loaded before and were not read again. The five fates are those of
    the laboratory rows of new files; ``files`` has them for every new file of every table. newest_collected_at: the
    newest collection time of a usable or rejected result of any load, None if there is none.
    """

    patients: int | None
    buckets: int
    known_files: int
    rows: int
    accepted: int
    duplicate: int
    superseded: int
    ignored: int
    quarantined: int
    newest_collected_at: datetime | None
    files: tuple[FileCounts, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Ingested:
    """The counts, and the state of the home they lead to; ``as_of`` of the manifest is that of the night before."""

    counts: IngestCounts
    manifest: Manifest


def ingest(
    extract: Path | None,
    build: Path,
    night_before: NightBefore,
    arrival: Arrival,
    *,
    full: bool = False,
    originals: Sequence[SourceFile] | None = None,
) -> Ingested:
    """Load the new files of an extract, and write the tables of generations.LAB into BUILD/tables.

    extract: None for a foreign one of which all was loaded before. full: rebuild everything. originals: for an adapted
    extract, the source's own files, which are registered in its place. Raises ExtractError (the extract cannot be read
    or breaks its contract) and CheckError (rows are lost or a table breaks its contract); then BUILD is to be thrown
    away.
    """
    try:
        loaded = load_extract(extract, build, night_before, arrival, originals)
        return _tables(loaded, build, night_before, arrival, full=full)
    finally:
        shutil.rmtree(build / "staged", ignore_errors=True)


def _tables(
    loaded: Loaded, build: Path, night_before: NightBefore, arrival: Arrival, *, full: bool
) -> Ingested:
    """Derive the tables of the patients whom the load affects, or of everybody, and add up what became of its rows."""
    before = night_before.manifest
    merges_before = before.merges if before else {}
    generation = (before.number if before else 0) + 1
    loads = (*(before.loads if before else ()), loaded.load)
    known = known_of(night_before.store, loaded.pieces, loaded.merges, loaded.slices, loads, arrival)
    basis = _basis(arrival, known)
    last = None if full else _comparable(night_before, basis)
    known, scope = _with_units(build, known, loaded, last, merges_before, arrival)
    derived: Derived | None = None
    if last is not None and not loaded.redivided:
        patients = scope.affected.patients
        chosen = some_patients(known.raw, loaded.new, last.tables, patients, scope.moved, arrival.timezone)
        derived = _derive_some(build, last, known, chosen, scope.affected.gone, generation)
    everybody = derived is None
    if derived is None:
        derived = _derive_everybody(build, known, generation, arrival.buckets)
    newest = _newest(derived.newest, None if everybody else before)
    _account(build, loaded, derived, newest)
    write_files_and_codes(build, night_before.folder, loaded, derived, everybody=everybody)
    write_table(build, "code_map", "all", arrival.code_map.table())
    if before is not None:
        write_causes(build, loaded, scope.affected, generation)
    return Ingested(
        _counts(loaded, derived, newest, None if everybody else len(scope.affected.patients)),
        Manifest(
            number=generation,
            as_of=before.as_of if before else arrival.loaded_at.date(),
            slices=loaded.slices,
            loads=loads,
            pieces=loaded.pieces,
            merges=loaded.merges,
            newest_collected_at=newest,
            lab_basis={**basis, "first_contact": str(derived.first_contact)},
            screen_basis=before.screen_basis if before else {},
            forgotten=before.forgotten if before else 0,
        ),
    )


@dataclass(frozen=True)
class _ComparableNight:
    """The night before, where its tables rest on the same basis as tonight's. first_contact: as in flows.derive."""

    tables: Path
    first_contact: date | None


@dataclass(frozen=True)
class _Scope:
    """Whom a night works on again. moved: identifiers whose earlier rows it reads otherwise, as in flows.additions."""

    affected: Affected
    moved: pl.Series


def _with_units(
    build: Path,
    known: Known,
    loaded: Loaded,
    last: _ComparableNight | None,
    merges_before: Mapping[str, str],
    arrival: Arrival,
) -> tuple[Known, _Scope]:
    """Decide the missing units: what is known, read with them, and whom the load and a changed decision affect."""
    added = loaded.added
    came = [
        loaded.sent,
        *(rows["patient_id"] for rows in (added.patients, added.events, added.coverage)),
    ]
    affected = affected_patients(came, merges_before, loaded.merges)
    changed = Changed(last.tables, affected, replace(known.raw, pieces=loaded.new)) if last else None
    decisions = write_missing_units(known.raw, known.reading, build, arrival, changed)
    if len(decisions.patients):
        affected = affected_patients([*came, decisions.patients], merges_before, loaded.merges)
    merged = [name for pairs in (merges_before, loaded.merges) for pair in pairs.items() for name in pair]
    return (
        replace(known, reading=replace(known.reading, units=decisions.units)),
        _Scope(affected, pl.concat([decisions.patients, pl.Series(merged, dtype=pl.String)])),
    )


def _basis(arrival: Arrival, known: Known) -> Mapping[str, str]:
    """What every patient's tables depend on besides the patient's own rows."""
    return {
        "version": arrival.version,
        "polars": pl.__version__,
        "division": division(),
        "timezone": arrival.timezone,
        "code_map": str(arrival.code_map.sha256),
        "unit_inference": str(arrival.unit_inference),
        # one that a night before did not write is made for everybody
        "tables": " ".join(table for group in LAB for table in group.tables),
        # a patient whose rows say nothing of a stratum belongs to it as unknown, from the first night that names it
        "strata": " ".join(known.stored.strata()),
        "coverage_given": str(known.coverage_given),
        # without a coverage table all rows together say what is observed
        "kinds": "" if known.coverage_given else " ".join(known.stored.kinds()),
    }


def _comparable(night_before: NightBefore, basis: Mapping[str, str]) -> _ComparableNight | None:
    """The night before; None where there is none, or its tables were derived on another basis."""
    if night_before.manifest is None or night_before.folder is None:
        return None
    earlier = dict(night_before.manifest.lab_basis)
    first = earlier.pop("first_contact", "None")
    if earlier != basis:
        return None
    return _ComparableNight(
        night_before.folder / "tables", None if first == "None" else datetime.fromisoformat(first).date()
    )


def _derive_some(
    build: Path,
    last: _ComparableNight,
    known: Known,
    patients: SomePatients,
    gone: pl.Series,
    generation: int,
) -> Derived | None:
    """Derive the tables of some patients beside those of the last night; None where everybody turns out to be affected.

    gone: identifiers that no longer stand for anybody.
    """
    tables = build / "tables"
    for group in LAB:
        inherit(group, last.tables, tables)
    derived = derive(
        build, known, generation=generation, buckets=1, only=patients, first_contact=last.first_contact
    )
    if not known.coverage_given and derived.first_contact != last.first_contact:
        return None  # coverage begins on another day, for everybody
    own(RESULTS, tables, pl.concat([patients.reread, gone]), generation)
    own(PATIENTS, tables, pl.concat([patients.reread, patients.added, gone]), generation)
    return derived


def _derive_everybody(build: Path, known: Known, generation: int, buckets: int | None) -> Derived:
    for group in LAB:  # a try at some patients may have left something
        for table in (*group.tables, group.owner):
            shutil.rmtree(build / "tables" / table, ignore_errors=True)
    number = bucket_count(known.raw.count(), buckets)
    return derive(build, known, generation=generation, buckets=number, only=None, first_contact=None)


def _account(build: Path, loaded: Loaded, derived: Derived, newest: datetime | None) -> None:
    """Enter the fates of tonight's laboratory rows into the tally. Raises ExtractError if all are in quarantine."""
    tonight = derived.fates.filter(pl.col("load") == loaded.load.number)
    for (fate,), part in tonight.group_by("fate"):
        loaded.tally.add("lab_results", part.select("source_file", "rows"), str(fate))
    if newest is None:
        must_not_be_all_quarantined(build, loaded)


def _newest(tonight: datetime | None, before: Manifest | None) -> datetime | None:
    times = [time for time in (tonight, before.newest_collected_at if before else None) if time is not None]
    return max(times, default=None)


def _counts(loaded: Loaded, derived: Derived, newest: datetime | None, patients: int | None) -> IngestCounts:
    labs = [file for file in loaded.tally.files() if file.table == "lab_results"]
    return IngestCounts(
        patients=patients,
        buckets=derived.pieces,
        known_files=loaded.known_files,
        rows=sum(file.rows for file in labs),
        accepted=sum(file.accepted for file in labs),
        duplicate=sum(file.duplicate for file in labs),
        superseded=sum(file.superseded for file in labs),
        ignored=sum(file.ignored for file in labs),
        quarantined=sum(file.quarantined for file in labs),
        newest_collected_at=newest,
        files=loaded.tally.files(),
        notes=(*loaded.notes, *_identifiers(loaded), *notes_on_unusable_files(loaded.tally.files())),
    )


def _identifiers(loaded: Loaded) -> list[str]:
    if loaded.load.number > 1:
        return []
    tables = {
        "patients": loaded.added.patients,
        "clinical_events": loaded.added.events,
        "coverage": loaded.added.coverage,
    }
    named = {table: frame["patient_id"] for table, frame in tables.items()}
    return notes_on_identifiers(loaded.sent, named, loaded.merges)
