"""Removing from the store what was superseded before a day: raw rows that no later night can miss.

HOME/store keeps every row as it was received, so that any past night can be made again as it was known then. Who does
not need that for ever gives up the time before a day: copies and replaced reports of that time go, and with them the
answer to ``--known-at`` before it (``Manifest.forgotten``). What is known since then stays whole, and so do the ledger
of rows (run.input_file) and the ledger of cohorts.

Pieces of the store never change. A pruned one is written beside it, then the manifests of the kept nights name it, each
swapped atomically, and only then what no manifest names any more is removed: a kill at any moment leaves every night
with all of its files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

import polars as pl
import polars.selectors as cs
import pyarrow.parquet as pq

from flows import settings
from flows.code_map import read_code_map
from flows.home import Home
from flows.lab_pieces import LabPiece, Reading, normalized
from flows.manifest import Load, Manifest, RawPiece, read_manifest, write_manifest
from flows.missing_units import decided_units
from flows.store import RawRows
from schemas.checks import split
from schemas.extract_checks import LAB_CHECKS
from transforms.codes import pair_rows
from transforms.missing_units import silent
from transforms.retention import PLACE, WHY, needless_rows
from transforms.stored_tables import newest_patients


@dataclass(frozen=True)
class Shed:
    """What goes from the store: laboratory rows of all (rows) by kind, older rows of patients, and bytes.

    freed: an estimate before it is done. since: the local time from which on past nights can still be made again.
    """

    rows: int
    copies: int
    replaced: int
    patients: int
    freed: int
    since: datetime | None


@dataclass(frozen=True)
class _Needless:
    """Places of laboratory rows (``WHY`` and slice), and load and patient_id of rows of patients.

    slices: of the pieces that hold one slice, divided as the night in force divides them.
    """

    labs: pl.DataFrame
    patients: pl.DataFrame
    slices: Mapping[str, int]


def shed_superseded(home: Home, kept: Sequence[Path], before: date, *, dry: bool) -> Shed:
    """Remove what was superseded before a day; only the holder of the home's lock may call this.

    kept: folders of the nights that stay. before: only loads that all of them know, and that came before this day in
    the home's time, are looked at. dry: only say what would go.
    """
    manifests = {folder: manifest for folder in kept if (manifest := read_manifest(folder)) is not None}
    in_force = manifests.get(home.night())
    loads = _common(list(manifests.values()), before)
    if in_force is None or not loads:
        rows = sum(piece.rows for piece in in_force.of("lab_results")) if in_force else 0
        return Shed(rows, 0, 0, 0, 0, in_force.whole_since if in_force else None)
    needless = _needless(home, in_force, loads[-1].number)
    pieces = {piece.path: piece for manifest in manifests.values() for piece in manifest.pieces}
    why = needless.labs["why"].value_counts()
    counts = dict(zip(why["why"], why["count"], strict=True))
    shares = _shares(home, pieces, needless)
    new = {} if dry else _write(home, pieces, shares, needless)
    freed = (
        sum(int((home.store / path).stat().st_size * share) for path, share in shares.items())
        if dry
        else sum(_shrunk(home, path, piece) for path, piece in new.items())
    )
    after = {folder: _pruned(manifest, new, loads[-1].number) for folder, manifest in manifests.items()}
    if not dry:
        for folder, manifest in after.items():
            write_manifest(folder, manifest)
        home.clear_store()
    return Shed(
        rows=sum(piece.rows for piece in in_force.of("lab_results")),
        copies=counts.get("copy", 0),
        replaced=counts.get("replaced", 0),
        patients=needless.patients.height,
        freed=freed,
        since=after[home.night()].whole_since,
    )


def _pruned(manifest: Manifest, new: Mapping[str, RawPiece | None], load: int) -> Manifest:
    """The manifest with new pieces in place of old ones (None: nothing is left), forgetful up to a load."""
    pieces = [new.get(piece.path, piece) for piece in manifest.pieces]
    return manifest.model_copy(
        update={
            "pieces": tuple(piece for piece in pieces if piece is not None),
            "forgotten": max(manifest.forgotten, load),
        }
    )


def _common(manifests: Sequence[Manifest], before: date) -> list[Load]:
    """The loads that came before the day and that all the nights know, which may have parted at a rollback."""
    until = datetime.combine(before, time())
    found: list[Load] = []
    for several in zip(*(manifest.loads for manifest in manifests), strict=False):
        if len({load.run_id for load in several}) > 1 or several[0].loaded_at >= until:
            break
        found.append(several[0])
    return found


def _needless(home: Home, manifest: Manifest, load: int) -> _Needless:
    """What of the rows up to a load no later night can miss."""
    chosen = settings.load(home.root)
    reading = Reading(
        chosen.timezone,
        {each.number: each.loaded_at for each in manifest.loads},
        read_code_map(home.root, chosen.code_map).map,
        decided_units(home.night() / "tables") if chosen.unit_inference else None,
    )
    merged = pl.Series(
        sorted({name for each in manifest.loads for pair in (each.merges or {}).items() for name in pair}),
        dtype=pl.String,
    )
    labs = manifest.of("lab_results")
    then = RawRows(home.store, labs, {}, manifest.slices, load)
    now = RawRows(home.store, labs, {}, manifest.slices, manifest.load)
    found = [pl.DataFrame(schema={**WHY, "slice": pl.Int64})]
    for number in range(manifest.slices):
        rows = _readable(then.of_slice(number, None).collect(engine="streaming"), reading)
        # whose rows a merge moves or moved is judged beside others of the same patient
        rows = rows.filter(~pl.col("patient_id").is_in(merged.implode()))
        places = needless_rows(rows, timezone=reading.timezone)
        places = _without_effect(now.of_slice(number, None), rows, places, reading)
        found.append(places.with_columns(slice=pl.lit(number, pl.Int64)))
    patients = pl.concat(
        [pl.DataFrame(schema={"patient_id": pl.String, "load": pl.Int32})]
        + [
            pl.read_parquet(home.store / piece.path, columns=["patient_id", "load"])
            for piece in manifest.of("patients")
        ]
    ).filter(pl.col("load") <= load)
    older = patients.join(newest_patients(patients), on=["patient_id", "load"], how="anti").unique()
    slices = {piece.path: piece.slice for piece in labs if piece.slice is not None}
    return _Needless(pl.concat(found), older, slices)


def _readable(rows: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """The rows that name a patient, an analyte and a unit: of the others a night counts how many there are."""
    texts, _ = split(rows, LAB_CHECKS)
    pair, pairs = pair_rows(texts, reading.code_map)
    named = pairs["analyte"].is_not_null().gather(pair)
    return texts.filter(named & ~pl.col("unit").is_in(silent(texts["unit"]), nulls_equal=True))


def _without_effect(
    now: pl.LazyFrame, rows: pl.DataFrame, places: pl.DataFrame, reading: Reading
) -> pl.DataFrame:
    """The places, without those of patients about whom the night in force would read something else if they were gone.

    A value that only others of its day can settle (``transforms.same_day``) may rest on a report that was replaced.
    """
    concerned = rows.join(places, on=PLACE, how="semi")["patient_id"].unique()
    if concerned.is_empty():
        return places
    all_rows = now.filter(pl.col("patient_id").is_in(concerned.implode())).collect(engine="streaming")
    less = all_rows.join(places, on=PLACE, how="anti")
    pieces = dict(normalized([[all_rows.lazy()], [less.lazy()]], reading))
    either = [_as_read(piece) for piece in (pieces[0], pieces[1])]
    same = either[0].join(either[1], on=either[0].columns, how="semi")["patient_id"]
    whose = rows.select("patient_id", *PLACE)
    return places.join(whose, on=PLACE).filter(pl.col("patient_id").is_in(same.implode())).select(*WHY)


def _as_read(piece: LabPiece) -> pl.DataFrame:
    """patient_id and a fingerprint of every row of the patient that is read and in force."""
    frames = []
    standing = piece.results.filter(pl.col("superseded_at").is_null())
    for frame in (standing, piece.reported, piece.quarantine, piece.flags):
        plain = frame.with_columns(cs.by_dtype(pl.List(pl.String)).list.join(","))
        frames.append(plain.select("patient_id", rows=plain.hash_rows()))
    return pl.concat(frames).group_by("patient_id").agg(pl.col("rows").sum(), several=pl.len())


def _kept(home: Home, piece: RawPiece, needless: _Needless) -> pl.LazyFrame:
    rows = pl.scan_parquet(home.store / piece.path, glob=False)
    if piece.table == "lab_results":
        gone = needless.labs.lazy()
        if (number := needless.slices.get(piece.path)) is not None:
            gone = gone.filter(pl.col("slice") == number)
        return rows.join(gone.select(PLACE), on=PLACE, how="anti", maintain_order="left")
    return rows.join(needless.patients.lazy(), on=["patient_id", "load"], how="anti", maintain_order="left")


def _shares(home: Home, pieces: Mapping[str, RawPiece], needless: _Needless) -> dict[str, float]:
    """The share of the rows that goes, of every piece that loses any."""
    found = {}
    for path, piece in pieces.items():
        if piece.table not in ("lab_results", "patients") or not piece.rows:
            continue
        stays = _kept(home, piece, needless).select(pl.len()).collect(engine="streaming").item()
        if stays < piece.rows:
            found[path] = 1 - stays / piece.rows
    return found


def _write(
    home: Home, pieces: Mapping[str, RawPiece], shares: Mapping[str, float], needless: _Needless
) -> dict[str, RawPiece | None]:
    """Each piece without the rows that go, None where nothing is left of it, by the path of the old one."""
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S-%f}"
    folder = home.store / name
    folder.mkdir(mode=0o700)
    new: dict[str, RawPiece | None] = {}
    for number, path in enumerate(shares):
        piece = pieces[path]
        target = folder / f"{piece.table}_{number:05d}.parquet"
        _kept(home, piece, needless).sink_parquet(
            target, compression="lz4", row_group_size=20_000, engine="streaming"
        )
        rows = pq.read_metadata(target).num_rows
        new[path] = piece.model_copy(update={"path": f"{name}/{target.name}", "rows": rows}) if rows else None
    return new


def _shrunk(home: Home, path: str, piece: RawPiece | None) -> int:
    after = (home.store / piece.path).stat().st_size if piece is not None else 0
    return (home.store / path).stat().st_size - after
