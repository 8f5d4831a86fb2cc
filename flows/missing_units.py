"""Which unit a site's results are in that came without one: decided over all rows before any is normalized."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flows.lab_pieces import Reading
from flows.loading import Arrival
from flows.store import RawRows
from flows.tables import write_table
from schemas.tables import empty
from transforms.missing_units import (
    NONE_DECIDED,
    READ,
    TALLY,
    changed_sites,
    decide_units,
    site,
    switched_off,
    tally_missing,
    without_unit,
)

TABLE = "missing_unit"


@dataclass(frozen=True)
class Told:
    """units: the decisions, None where no unit is to be inferred. patients: whom a changed decision may concern."""

    units: pl.DataFrame | None
    patients: pl.Series


def write_missing_units(
    raw: RawRows, reading: Reading, build: Path, arrival: Arrival, *, earlier: Path | None, regrouped: bool
) -> Told:
    """Write BUILD/tables/missing_unit and say what it decides and whom that concerns.

    earlier: the tables of the last night, where they rest on the same as tonight's; None: everybody is read
    anew. regrouped: merges of patients changed. Where tonight's load brings no row without a unit and nobody
    was regrouped, the last night's decisions stand. Otherwise the units of all rows are looked at, slice by
    slice; only those of rows without one are read, and only counts are kept of them.
    """
    nobody = pl.Series("patient_id", [], pl.String)
    before = _before(earlier)
    fresh = [piece for piece in raw.pieces if piece.path.startswith(f"{arrival.run_id}/")]
    if (
        before is not None
        and not regrouped
        and not any(without_unit(_units(raw.scan(piece))) for piece in fresh)
    ):
        decided = before
    else:
        decided = _decided(raw, reading)
    if not arrival.unit_inference:
        decided = switched_off(decided)
    write_table(build, TABLE, "all", decided)
    if not arrival.unit_inference:
        return Told(None, nobody)
    sites = changed_sites(NONE_DECIDED if before is None else before, decided)
    if before is None or not sites:
        return Told(decided, nobody)
    concerned = [nobody]
    for number in range(raw.slices):
        rows = _without_unit(raw.of_slice(number, None))
        if rows is not None:
            theirs = rows.filter(site().is_in(sites)).select("patient_id").unique()
            concerned.append(theirs.collect().to_series())
    return Told(decided, pl.concat(concerned))


def _before(earlier: Path | None) -> pl.DataFrame | None:
    pieces = [] if earlier is None else list((earlier / TABLE).glob("*.parquet"))
    return pl.read_parquet(pieces, glob=False) if pieces else None


def _decided(raw: RawRows, reading: Reading) -> pl.DataFrame:
    tallies = [empty(TALLY)]
    moved = raw.moved()
    for number in range(raw.slices):
        rows = _without_unit(raw.of_slice(number, moved))
        if rows is not None:
            found = rows.select(READ).collect()
            tallies.append(tally_missing(found, timezone=reading.timezone, code_map=reading.code_map))
    return decide_units(pl.concat(tallies))


def _without_unit(rows: pl.LazyFrame) -> pl.LazyFrame | None:
    """Those of the rows that say nothing of their unit; None if there are none."""
    texts = without_unit(_units(rows))
    return rows.filter(pl.col("unit").is_in(texts, nulls_equal=True)) if texts else None


def _units(rows: pl.LazyFrame) -> pl.Series:
    return rows.select("unit").unique().collect(engine="streaming").to_series()
