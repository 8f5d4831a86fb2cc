"""From the store to the normalized tables of patients: of everybody, or of those about whom something changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import polars as pl

from flows.additions import SomePatients
from flows.errors import CheckError
from flows.generations import ADDED, piece_name
from flows.lab_pieces import LabPiece, Reading, normalized
from flows.loading import Arrival
from flows.manifest import Load, RawPiece
from flows.small_tables import StoredTables
from flows.staging import MOST_BUCKETS, ROWS_PER_BUCKET, ROWS_PER_SLICE, bucket_of, divided, renamed
from flows.store import RawRows, identifiers_of
from flows.tables import write_table
from transforms.derived_coverage import derived_coverage, event_contacts, joined_contacts
from transforms.missing_units import NONE_DECIDED


@dataclass(frozen=True)
class Known:
    """All that is known: the raw rows, the small tables, how texts are read, and whether coverage was ever given."""

    raw: RawRows
    stored: StoredTables
    reading: Reading
    coverage_given: bool


def known_of(
    store: Path,
    pieces: Sequence[RawPiece],
    merges: Mapping[str, str],
    slices: int,
    loads: Sequence[Load],
    arrival: Arrival,
) -> Known:
    """All that some loads brought. store: HOME/store. loads: the earliest first; rows of later ones are not seen."""
    newest = loads[-1].number
    stored = StoredTables(store, pieces, newest)
    labs = [piece for piece in pieces if piece.table == "lab_results"]
    times = {load.number: load.loaded_at for load in loads}
    given = any(piece.table == "coverage" and piece.rows for piece in pieces)
    return Known(
        RawRows(store, labs, merges, slices, newest),
        stored,
        Reading(arrival.timezone, times, arrival.code_map.map, NONE_DECIDED),
        given and stored.holds("coverage"),
    )


@dataclass(frozen=True)
class Derived:
    """What became of the raw rows of the patients.

    fates: load, source_file, fate, rows. unmapped: as in transforms.results. first_contact: the
    earliest day of contact of anybody so far, from which on domains count as observed; None where extracts say when.
    """

    rows: int
    fates: pl.DataFrame
    unmapped: pl.DataFrame
    newest: datetime | None
    first_contact: date | None
    pieces: int


@dataclass(frozen=True)
class _Parts:
    """Raw rows by bucket number and part, and the bucket of a patient."""

    parts: Mapping[int, Sequence[pl.LazyFrame]]
    bucket: pl.Expr
    rows: int


def derive(
    build: Path,
    known: Known,
    *,
    generation: int,
    buckets: int,
    only: SomePatients | None,
    first_contact: date | None,
) -> Derived:
    """Write the tables of generations.LAB for everybody, or for some patients, into BUILD/tables.

    buckets: of everybody, at most as many as the store has slices. only: None for everybody. first_contact: the
    earliest day of contact of everybody else. Raises CheckError if rows are lost or a table breaks its contract.
    """
    if only is None:
        parts = _everybody(known.raw, buckets)
    else:
        parts = _of_patients(known.raw, only, build / "staged" / "some")
    fates, unmapped, spans = [], [], []
    newest: datetime | None = None
    for bucket, (_, piece) in zip(
        parts.parts, normalized([*parts.parts.values()], known.reading), strict=True
    ):
        earlier = [only.contacts] if only is not None and bucket == ADDED else []
        contacts = joined_contacts([piece.contacts, *earlier])
        _write(build, piece_name(generation, bucket), replace(piece, contacts=contacts))
        fates.append(piece.fates)
        unmapped.append(piece.unmapped)
        spans.append(contacts)
        for latest in (piece.results["collected_at"].max(), piece.reported["collected_at"].max()):
            if isinstance(latest, datetime):
                newest = latest if newest is None else max(newest, latest)
    fates_of_all = pl.concat(fates)
    if (accounted := int(fates_of_all["rows"].sum())) != parts.rows:
        raise CheckError("row_conservation", f"{parts.rows} raw rows were read but {accounted} accounted for")
    identifiers = None
    if only is not None:
        identifiers = identifiers_of(pl.concat([only.reread, only.added]), known.raw.merges)
    frames, earliest = _small_tables(known, identifiers, spans, first_contact)
    for table, frame in frames.items():
        _write_by_bucket(build, table, frame, parts, generation)
    if known.raw.merges:  # a piece of its own beside those of the buckets
        differ = known.stored.merged_differences(known.raw.merges, identifiers)
        write_table(build, "quality_flag", piece_name(generation, len(parts.parts)), differ)
    return Derived(parts.rows, fates_of_all, pl.concat(unmapped), newest, earliest, len(parts.parts))


def _everybody(raw: RawRows, buckets: int) -> _Parts:
    buckets = min(buckets, raw.slices)  # a bucket is made of whole slices
    moved = raw.moved()
    return _Parts(
        {
            bucket: [raw.of_slice(number, moved) for number in range(bucket, raw.slices, buckets)]
            for bucket in range(buckets)
        },
        bucket_of(pl.col("patient_id"), raw.slices, buckets),
        raw.count(),
    )


def _of_patients(raw: RawRows, patients: SomePatients, scratch: Path) -> _Parts:
    """All rows of some patients, gathered once from the store, and the added ones of others.

    They are divided so that memory stays bounded: into smaller parts and pieces than those of everybody, beside what
    the night holds of the whole home.
    """
    rows = raw.gathered(identifiers_of(patients.reread, raw.merges), scratch / "gathered.parquet")
    gathered = renamed(rows, raw.merges) if raw.merges else rows
    whole, more = (
        _divided(found, scratch / name) for name, found in (("reread", gathered), ("added", patients.rows))
    )
    per_bucket = ROWS_PER_BUCKET // ROWS_PER_SLICE // 2
    buckets = {
        first // per_bucket: whole.parts[first : first + per_bucket]
        for first in range(0, len(whole.parts), per_bucket)
    }
    of_added = pl.col("patient_id").is_in(patients.added.implode())
    return _Parts(
        {**buckets, ADDED: more.parts},
        pl.when(of_added).then(ADDED).otherwise(whole.part // per_bucket),
        whole.rows + more.rows,
    )


@dataclass(frozen=True)
class _Divided:
    """Rows in parts, the part of a patient, and how many rows there are."""

    parts: Sequence[pl.LazyFrame]
    part: pl.Expr
    rows: int


def _divided(rows: pl.LazyFrame, folder: Path) -> _Divided:
    total = int(rows.select(pl.len()).collect(engine="streaming").item())
    number = max(1, min(-(-2 * total // ROWS_PER_SLICE), MOST_BUCKETS))
    parts = (
        [pl.scan_parquet(file, glob=False) for file in divided(rows, number, folder)]
        if number > 1
        else [rows]
    )
    return _Divided(parts, bucket_of(pl.col("patient_id"), number, number), total)


def _write(build: Path, name: str, piece: LabPiece) -> None:
    write_table(build, "lab_result", name, piece.results)
    write_table(build, "reported_count", name, piece.reported)
    write_table(build, "quality_flag", name, piece.flags)
    write_table(build, "quarantine", name, piece.quarantine)
    write_table(build, "contact", name, piece.contacts)
    write_table(build, "without_unit", name, piece.without_unit)


def _small_tables(
    known: Known, identifiers: pl.Series | None, spans: Sequence[pl.DataFrame], first_contact: date | None
) -> tuple[Mapping[str, pl.DataFrame], date | None]:
    """lab_patient, lab_clinical_event and lab_coverage, and ``Derived.first_contact``.

    identifiers: of whom; None for everybody. spans: of laboratory contact of the same patients.
    """
    merges = known.raw.merges
    events = known.stored.events(merges, identifiers)
    earliest = None
    if known.coverage_given:
        coverage = known.stored.coverage(merges, identifiers)
    else:
        contacts = joined_contacts([*spans, event_contacts(events)])
        days = [day for day in (contacts["first"].min(), first_contact) if isinstance(day, date)]
        earliest = min(days, default=None)
        coverage = derived_coverage(contacts, first=earliest, kinds=known.stored.kinds())
    patients = known.stored.patients(merges, identifiers)
    return {"lab_patient": patients, "lab_clinical_event": events, "lab_coverage": coverage}, earliest


def _write_by_bucket(build: Path, table: str, frame: pl.DataFrame, parts: _Parts, generation: int) -> None:
    by_bucket = frame.with_columns(__bucket=parts.bucket.cast(pl.Int64)).partition_by(
        "__bucket", as_dict=True, include_key=False, maintain_order=True
    )
    for number in parts.parts:
        write_table(build, table, piece_name(generation, number), by_bucket.get((number,), frame.clear()))
