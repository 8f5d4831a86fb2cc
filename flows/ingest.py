"""Ingest: the new files of an extract into the store, and the tables of the patients whom they concern.

A night reads only files it has not loaded before and keeps their rows as received. It then derives the tables of the
patients about whom something changed again, from everything that is known of them. Results that have nothing to do with
earlier ones are simply added. The outcome is therefore the same as if everything had come at once. Every row of every
new file ends in exactly one place; the sums are checked file by file.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import polars as pl

from flows.adapters.model import SourceFile
from flows.additions import some_patients
from flows.broken_files import must_not_be_all_quarantined
from flows.derive import Derived, Known, derive, known_of
from flows.generations import LAB, PATIENTS, RESULTS, inherit, own, pieces_of
from flows.load_notes import notes_on_identifiers
from flows.loading import Arrival, Ground, Loaded, load_extract
from flows.manifest import Manifest
from flows.missing_units import Changed, write_missing_units
from flows.row_counts import FileCounts
from flows.staging import bucket_count, division
from flows.tables import inherit_table, write_table
from schemas.tables import INPUT_FILE, UNMAPPED_CODE, UNMAPPED_TEXTS, empty, shaped
from transforms.causes import causes_of_merges, causes_of_results, causes_of_tables, first_causes
from transforms.changes import Concerned, concerned


@dataclass(frozen=True)
class IngestCounts:
    """What came in and what became of it: counts and file names only.

    patients: how many the load concerns; None if everybody's tables were derived again. buckets: pieces written.
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
    before = ground.manifest
    loads = (*(before.loads if before else ()), loaded.load)
    known = known_of(ground.store, loaded.pieces, loaded.merges, loaded.slices, loads, arrival)
    added = loaded.added
    new = (added.patients["patient_id"], added.events["patient_id"], added.coverage["patient_id"])
    basis = _basis(arrival, known)
    stands = before is not None and not full and _same(before, basis)
    merges = before.merges if before else {}
    who = concerned([loaded.sent, *new], merges, loaded.merges)
    changed = None
    if stands and ground.night is not None:
        changed = Changed(ground.night / "tables", who, replace(known.raw, pieces=loaded.new))
    told = write_missing_units(known.raw, known.reading, build, arrival, changed)
    known = replace(known, reading=replace(known.reading, units=told.units))
    if len(told.patients):
        who = concerned([loaded.sent, *new, told.patients], merges, loaded.merges)
    generation = (before.number if before else 0) + 1
    derived: Derived | None = None
    if before is not None and ground.night is not None and stands and not loaded.divided_anew:
        derived = _some(build, ground.night, known, loaded, who, told.patients, before, generation)
    everybody = derived is None
    if derived is None:
        for group in LAB:  # a try at a part may have left something
            for table in (*group.tables, group.owner):
                shutil.rmtree(build / "tables" / table, ignore_errors=True)
        made = bucket_count(known.raw.count(), buckets)
        derived = derive(build, known, generation=generation, buckets=made, some=None, first_contact=None)
    tonight = derived.fates.filter(pl.col("load") == loaded.load.number)
    for (fate,), part in tonight.group_by("fate"):
        loaded.tally.add("lab_results", part.select("source_file", "rows"), str(fate))
    newest = _newest(derived.newest, None if everybody else before)
    if newest is None:
        must_not_be_all_quarantined(build, loaded)
    _files_and_codes(build, ground.night, loaded, derived, everybody=everybody)
    write_table(build, "code_map", "all", arrival.code_map.table())
    if before is not None:
        _causes(build, loaded, who, generation)
    return Ingested(
        _counts(loaded, derived, newest, None if everybody else len(who.patients)),
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
        # without a coverage table what is observed is told by all rows together
        "kinds": "" if known.coverage_given else " ".join(known.stored.kinds()),
    }


def _some(
    build: Path,
    night: Path,
    known: Known,
    loaded: Loaded,
    who: Concerned,
    told: pl.Series,
    before: Manifest,
    generation: int,
) -> Derived | None:
    """Derive the tables of the patients concerned beside those of the last night; None where everybody turns out to be.

    told: patients whom a changed decision about a missing unit may affect.
    """
    first = before.lab_basis.get("first_contact", "None")
    tables = build / "tables"
    for group in LAB:
        inherit(group, night / "tables", tables)
    merged = [name for merges in (before.merges, loaded.merges) for pair in merges.items() for name in pair]
    some = some_patients(
        known.raw,
        loaded.new,
        night / "tables",
        who.patients,
        pl.concat([told, pl.Series(merged, dtype=pl.String)]),
        known.reading.timezone,
    )
    derived = derive(
        build,
        known,
        generation=generation,
        buckets=1,
        some=some,
        first_contact=None if first == "None" else datetime.fromisoformat(first).date(),
    )
    if not known.coverage_given and str(derived.first_contact) != first:
        return None  # coverage begins on another day, for everybody
    own(RESULTS, tables, pl.concat([some.anew, who.gone]), generation)
    own(PATIENTS, tables, pl.concat([who.patients, who.gone]), generation)
    return derived


def _same(before: Manifest, basis: Mapping[str, str]) -> bool:
    """Whether the tables of the last night were derived on the same basis."""
    return before.lab_basis == {**basis, "first_contact": before.lab_basis.get("first_contact", "None")}


def _newest(mine: datetime | None, before: Manifest | None) -> datetime | None:
    times = [time for time in (mine, before.newest_collected_at if before else None) if time is not None]
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


def _causes(build: Path, loaded: Loaded, who: Concerned, generation: int) -> None:
    """Write why each patient about whom something is new is judged again, for the ledger."""
    pieces = pieces_of(build / "tables", "lab_result").get(generation, [])
    tonight = (pl.col("loaded_at") == loaded.load.loaded_at) | (
        pl.col("superseded_at") == loaded.load.loaded_at
    )
    results = pl.scan_parquet(pieces, glob=False).filter(
        tonight & pl.col("patient_id").is_in(who.patients.implode())
    )
    sent = loaded.sent.replace(dict(loaded.merges)) if loaded.merges else loaded.sent
    added = loaded.added
    found = [
        causes_of_results(results.collect(engine="streaming"), sent, loaded.load.loaded_at),
        causes_of_tables(added.patients, added.events, added.coverage, loaded.merges),
        causes_of_merges(who.regrouped),
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
        notes=(*loaded.notes, *_identifiers(loaded), *_without_a_usable_row(loaded.tally.files())),
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


def _without_a_usable_row(files: Sequence[FileCounts]) -> list[str]:
    """A sentence for each file that brought rows and none that can be used: the export may be broken."""
    return [
        f"{file.name}: {f'not one of its {file.rows:,} rows can' if file.rows > 1 else 'its only row cannot'} be used; "
        "quality.quarantine has the reasons"
        for file in files
        if file.rows and file.quarantined == file.rows
    ]
