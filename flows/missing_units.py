"""Which unit a site's results are in that came without one: decided over all rows before any is normalized."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flows.generations import current
from flows.lab_pieces import Reading
from flows.loading import Arrival
from flows.store import RawRows
from flows.tables import write_table
from schemas.site_medians import WITHOUT_UNIT
from schemas.tables import empty
from transforms.affected_patients import Affected
from transforms.missing_units import (
    GROUP,
    NONE_DECIDED,
    ROW_COUNTS,
    changed_groups,
    decide_units,
    of_groups,
    regrouped,
    switched_off,
    tally_missing,
)
from transforms.tallies import total

DECIDED, COUNTED, RESULTS = "missing_unit", "missing_unit_tally", "without_unit"


@dataclass(frozen=True)
class UnitDecisions:
    """units: the decisions, None where no unit is to be inferred. patients: whom a changed decision may affect."""

    units: pl.DataFrame | None
    patients: pl.Series


@dataclass(frozen=True)
class Changed:
    """What a night changes. earlier: the tables of the last night. affected: whom it affects. new: tonight's rows alone."""

    earlier: Path
    affected: Affected
    new: RawRows


def write_missing_units(
    raw: RawRows, reading: Reading, build: Path, arrival: Arrival, changed: Changed | None = None
) -> UnitDecisions:
    """Write BUILD/tables/missing_unit and say what it decides and whom that affects.

    changed: where the tables of the last night rest on the same as tonight's. Then the results of the patients
    affected are counted again, beside those of everybody else as the last night counted them. Without it the units of
    all rows are looked at, slice by slice; only those of rows without one are read, and only counts are kept of them.
    """
    nobody = pl.Series("patient_id", [], pl.String)
    before = counted = None
    if changed is not None:
        before, counted = _read(changed.earlier, DECIDED), _read(changed.earlier, COUNTED)
    if changed is None or before is None or counted is None:
        tally, new = _everybody(raw, reading), empty(WITHOUT_UNIT)
    else:
        was = _results(changed.earlier, pl.concat([changed.affected.patients, changed.affected.gone]))
        new = reading.without_unit(changed.new.rows())
        now = pl.concat([regrouped(was, raw.merges), new])
        tally = total([counted, tally_missing(now)], ROW_COUNTS, [tally_missing(was)])
    tally = tally.sort(*GROUP, "number")
    write_table(build, COUNTED, "all", tally)
    decided = decide_units(tally)
    if not arrival.unit_inference:
        write_table(build, DECIDED, "all", switched_off(decided))
        return UnitDecisions(None, nobody)
    write_table(build, DECIDED, "all", decided)
    groups = changed_groups(NONE_DECIDED if before is None else before, decided)
    if changed is None or before is None or groups.is_empty():
        return UnitDecisions(decided, nobody)
    return UnitDecisions(decided, of_groups(pl.concat([_results(changed.earlier), new]), groups))


def decided_units(tables: Path) -> pl.DataFrame:
    """The units that a night decided upon. tables: its folder of tables."""
    decided = _read(tables, DECIDED)
    return NONE_DECIDED if decided is None else decided


def _read(tables: Path, table: str) -> pl.DataFrame | None:
    pieces = list((tables / table).glob("*.parquet"))
    return pl.read_parquet(pieces, glob=False) if pieces else None


def _results(tables: Path, patients: pl.Series | None = None) -> pl.DataFrame:
    rows = current(tables, RESULTS, patients)
    return empty(WITHOUT_UNIT) if rows is None else rows.collect(engine="streaming")


def _everybody(raw: RawRows, reading: Reading) -> pl.DataFrame:
    moved = raw.moved()
    slices = (raw.of_slice(number, moved) for number in range(raw.slices))
    return total([tally_missing(reading.without_unit(rows)) for rows in slices], ROW_COUNTS)
