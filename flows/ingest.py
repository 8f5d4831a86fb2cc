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
from flows.generations import LAB, PATIENTS, RESULTS, inherit, own, pieces_of
from flows.load_notes import notes_on_identifiers, notes_on_unusable_files
from flows.loading import Arrival, Ground, Loaded, load_extract
from flows.manifest import Manifest
from flows.missing_units import Changed, write_missing_units
from flows.row_counts import FileCounts
from flows.staging import bucket_count, division
from flows.tables import inherit_table, write_table
from schemas.tables import INPUT_FILE, UNMAPPED_CODE, UNMAPPED_TEXTS, empty, shaped
from transforms.affected_patients import Affected, affected_patients
from transforms.ledger_causes import causes_of_merges, causes_of_results, causes_of_tables, first_causes


@dataclass(frozen=True)
class IngestCounts:
    """What came in and what became of it: counts and file names only.

    patients: how many the load affects; None if everybody's tables were derived again. buckets: pieces written.
    known_files: files of the extract that had been loaded before and were not read again. The five fates are those of
    the laboratory rows of new files; ``files`` has them for every new file of every table. newest_collected_at: the
    newest collection time of a usable or rejected result of any load, None if there is none (``--as-of auto``).
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
    ground: Ground,
    arrival: Arrival,
    *,
    buckets: int | None = None,
    full: bool = False,
    originals: Sequence[SourceFile] | None = None,
) -> Ingested:
    """Load the new files of an extract, and write the tables of generations.LAB into BUILD/tables.

    extract: None for a foreign one of which all was loaded before. buckets: patient buckets of a full night, None for
    about a million rows each. full: rebuild everything. originals: for an adapted extract, the source's own files,
    which are registered in its place. Raises ExtractError (the extract cannot be read or breaks its contract) and
    CheckError (rows are lost or a table breaks its contract); then BUILD is to be thrown away.
    """
    try:
        loaded = load_extract(extract, build, ground, arrival, buckets=buckets, originals=originals)
        return _tables(loaded, build, ground, arrival, buckets, full=full)
    finally:
        shutil.rmtree(build / "staged", ignore_errors=True)


def _tables(
    loaded: Loaded, build: Path, ground: Ground, arrival: Arrival, buckets: int | None, *, full: bool
) -> Ingested:
    """Derive the tables of the patients whom the load affects, or of everybody, and add up what became of its rows."""
    before = ground.manifest
    merges_before = before.merges if before else {}
    generation = (before.number if before else 0) + 1
    loads = (*(before.loads if before else ()), loaded.load)
    known = known_of(ground.store, loaded.pieces, loaded.merges, loaded.slices, loads, arrival)
    basis = _basis(arrival, known)
    last = None if full else _comparable(ground, basis)
    added = loaded.added
    new = (
        loaded.sent,
        added.patients["patient_id"],
        added.events["patient_id"],
        added.coverage["patient_id"],
    )
    affected = affected_patients(new, merges_before, loaded.merges)
    changed = Changed(last.tables, affected, replace(known.raw, pieces=loaded.new)) if last else None
    decisions = write_missing_units(known.raw, known.reading, build, arrival, changed)
    known = replace(known, reading=replace(known.reading, units=decisions.units))
    if len(decisions.patients):
        affected = affected_patients((*new, decisions.patients), merges_before, loaded.merges)
    derived: Derived | None = None
    if last is not None and not loaded.redivided:
        merged = [name for pairs in (merges_before, loaded.merges) for pair in pairs.items() for name in pair]
        moved = pl.concat([decisions.patients, pl.Series(merged, dtype=pl.String)])
        some = some_patients(known.raw, loaded.new, last.tables, affected.patients, moved, arrival.timezone)
        derived = _derive_some(build, last, known, some, affected.gone, generation)
    everybody = derived is None
    if derived is None:
        derived = _derive_everybody(build, known, generation, buckets)
    newest = _newest(derived.newest, None if everybody else before)
    _account(build, loaded, derived, newest)
    _files_and_codes(build, ground.night, loaded, derived, everybody=everybody)
    write_table(build, "code_map", "all", arrival.code_map.table())
    if before is not None:
        _causes(build, loaded, affected, generation)
    return Ingested(
        _counts(loaded, derived, newest, None if everybody else len(affected.patients)),
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
class _LastNight:
    """A last night whose tables rest on the same basis as tonight's. first_contact: as in flows.derive."""

    tables: Path
    first_contact: date | None


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
        "coverage_given": str(known.coverage_given),
        # without a coverage table all rows together say what is observed
        "kinds": "" if known.coverage_given else " ".join(known.stored.kinds()),
    }


def _comparable(ground: Ground, basis: Mapping[str, str]) -> _LastNight | None:
    """The last night; None where there is none, or its tables were derived on another basis."""
    if ground.manifest is None or ground.night is None:
        return None
    earlier = dict(ground.manifest.lab_basis)
    first = earlier.pop("first_contact", "None")
    if earlier != basis:
        return None
    return _LastNight(
        ground.night / "tables", None if first == "None" else datetime.fromisoformat(first).date()
    )


def _derive_some(
    build: Path, last: _LastNight, known: Known, some: SomePatients, gone: pl.Series, generation: int
) -> Derived | None:
    """Derive the tables of some patients beside those of the last night; None where everybody turns out to be affected.

    gone: identifiers that no longer stand for anybody.
    """
    tables = build / "tables"
    for group in LAB:
        inherit(group, last.tables, tables)
    derived = derive(
        build, known, generation=generation, buckets=1, some=some, first_contact=last.first_contact
    )
    if not known.coverage_given and derived.first_contact != last.first_contact:
        return None  # coverage begins on another day, for everybody
    own(RESULTS, tables, pl.concat([some.reread, gone]), generation)
    own(PATIENTS, tables, pl.concat([some.reread, some.added, gone]), generation)
    return derived


def _derive_everybody(build: Path, known: Known, generation: int, buckets: int | None) -> Derived:
    for group in LAB:  # a try at some patients may have left something
        for table in (*group.tables, group.owner):
            shutil.rmtree(build / "tables" / table, ignore_errors=True)
    number = bucket_count(known.raw.count(), buckets)
    return derive(build, known, generation=generation, buckets=number, some=None, first_contact=None)


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


def _files_and_codes(
    build: Path, night: Path | None, loaded: Loaded, derived: Derived, *, everybody: bool
) -> None:
    """The table of input files, with tonight's, and the tests that no rule reads, a piece for each load."""
    tonight = loaded.tally.finish(loaded.load.number, loaded.load.loaded_at)
    earlier = (
        pl.read_parquet(night / "tables" / "input_file" / "*.parquet")
        if night is not None
        else empty(INPUT_FILE)
    )
    write_table(build, "input_file", "all", pl.concat([shaped(earlier, INPUT_FILE), tonight]))
    if everybody:
        shutil.rmtree(build / "tables" / "unmapped_code", ignore_errors=True)
    else:
        inherit_table("unmapped_code", night, build)
    texts = ["load", *UNMAPPED_TEXTS, "bin"]
    unmapped = derived.unmapped.group_by(texts).agg(pl.col("rows").sum())
    numbers = {loaded.load.number, *(unmapped["load"].unique() if everybody else ())}
    for number in sorted(numbers):
        mine = unmapped.filter(pl.col("load") == number).sort(texts, nulls_last=True)
        write_table(build, "unmapped_code", f"{number:06d}", shaped(mine, UNMAPPED_CODE))


def _causes(build: Path, loaded: Loaded, affected: Affected, generation: int) -> None:
    """Write why each patient about whom something is new is judged again, for the ledger."""
    pieces = pieces_of(build / "tables", "lab_result").get(generation, [])
    tonight = (pl.col("loaded_at") == loaded.load.loaded_at) | (
        pl.col("superseded_at") == loaded.load.loaded_at
    )
    results = pl.scan_parquet(pieces, glob=False).filter(
        tonight & pl.col("patient_id").is_in(affected.patients.implode())
    )
    sent = loaded.sent.replace(dict(loaded.merges)) if loaded.merges else loaded.sent
    added = loaded.added
    found = [
        causes_of_results(results.collect(engine="streaming"), sent, loaded.load.loaded_at),
        causes_of_tables(added.patients, added.events, added.coverage, loaded.merges),
        causes_of_merges(affected.regrouped),
    ]
    folder = build / "tables" / "cause"
    folder.mkdir(parents=True, exist_ok=True)
    first_causes(found).write_parquet(folder / "all.parquet")


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
