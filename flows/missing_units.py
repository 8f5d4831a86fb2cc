"""Which unit a site's results are in that came without one: decided over all rows before any is normalized."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flows.lab_pieces import Reading
from flows.loading import Arrival
from flows.staging import renamed
from flows.store import RawRows
from flows.tables import write_table
from schemas.site_medians import MISSING_UNIT_TALLY
from schemas.tables import empty
from transforms.missing_units import (
    NONE_DECIDED,
    READ,
    changed_months,
    decide_units,
    of_months,
    summed,
    switched_off,
    tally_missing,
    without_unit,
)

TABLE, COUNTED = "missing_unit", "missing_unit_tally"


@dataclass(frozen=True)
class Told:
    """units: the decisions, None where no unit is to be inferred. patients: whom a changed decision may concern."""

    units: pl.DataFrame | None
    patients: pl.Series


@dataclass(frozen=True)
class Changed:
    """All rows of the patients of whom something changed, as they were received.

    load: tonight's. before, after: merges of the last night and of this one.
    """

    rows: pl.LazyFrame
    load: int
    before: Mapping[str, str]
    after: Mapping[str, str]


def write_missing_units(
    raw: RawRows,
    reading: Reading,
    build: Path,
    arrival: Arrival,
    *,
    earlier: Path | None = None,
    changed: Changed | None = None,
) -> Told:
    """Write BUILD/tables/missing_unit and say what it decides and whom that concerns.

    earlier: the tables of the last night, where they rest on the same as tonight's; changed: whom the night concerns.
    Then their results are counted anew beside those of everybody else as the last night counted them. Without them
    the units of all rows are looked at, slice by slice; only those of rows without one are read, and only counts are
    kept of them.
    """
    nobody = pl.Series("patient_id", [], pl.String)
    before = _read(earlier, TABLE)
    counted = _read(earlier, COUNTED)
    if before is None or counted is None or changed is None:
        tally = _everybody(raw, reading)
    else:
        tally = _with_changes(counted, changed, reading)
    write_table(build, COUNTED, "all", tally)
    decided = decide_units(tally)
    if not arrival.unit_inference:
        write_table(build, TABLE, "all", switched_off(decided))
        return Told(None, nobody)
    write_table(build, TABLE, "all", decided)
    months = changed_months(NONE_DECIDED if before is None else before, decided)
    if before is None or months.is_empty():
        return Told(decided, nobody)
    concerned = [nobody]
    for number in range(raw.slices):
        rows = _without_unit(raw.of_slice(number, None))
        if rows is not None:
            found = rows.select("patient_id", "site", "collected_at").collect()
            concerned.append(of_months(found, months, timezone=reading.timezone))
    return Told(decided, pl.concat(concerned))


def decided_units(tables: Path) -> pl.DataFrame:
    """The units that a night decided upon. tables: its folder of tables."""
    decided = _read(tables, TABLE)
    return NONE_DECIDED if decided is None else decided


def _read(earlier: Path | None, table: str) -> pl.DataFrame | None:
    pieces = [] if earlier is None else list((earlier / table).glob("*.parquet"))
    return pl.read_parquet(pieces, glob=False) if pieces else None


def _everybody(raw: RawRows, reading: Reading) -> pl.DataFrame:
    tallies = [empty(MISSING_UNIT_TALLY)]
    moved = raw.moved()
    for number in range(raw.slices):
        rows = _without_unit(raw.of_slice(number, moved))
        if rows is not None:
            tallies.append(_tally(rows.select(READ).collect(), reading))
    return summed(tallies)


def _with_changes(counted: pl.DataFrame, changed: Changed, reading: Reading) -> pl.DataFrame:
    rows = _without_unit(changed.rows)
    if rows is None:
        return counted
    found = rows.select(*READ, "load").collect(engine="streaming")
    was = renamed(found.lazy().filter(pl.col("load") < changed.load), changed.before)
    now = renamed(found.lazy(), changed.after)
    gone, come = (_tally(frame.select(READ).collect(), reading) for frame in (was, now))
    return summed([counted, come], [gone])


def _tally(found: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    return tally_missing(found, timezone=reading.timezone, code_map=reading.code_map)


def _without_unit(rows: pl.LazyFrame) -> pl.LazyFrame | None:
    """Those of the rows that say nothing of their unit; None if there are none."""
    units = rows.select("unit").unique().collect(engine="streaming").to_series()
    texts = without_unit(units)
    return rows.filter(pl.col("unit").is_in(texts, nulls_equal=True)) if texts else None
