"""The values of each site and month counted over all patients, and which months drift."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import polars as pl

from flows.generations import current
from flows.tables import write_table
from schemas.tables import LAB_RESULT, empty
from transforms.site_drift import (
    COUNTED,
    counted_days,
    counted_values,
    drift_flags,
    site_drift,
    site_results,
)
from transforms.tallies import total


@dataclass(frozen=True)
class Earlier:
    """The night before, whose counts hold for everybody but those who were looked at again.

    tables: its folder of tables. as_of: its day. changed: patients whose results were derived again. now: files with the
    results of these. added: files with results that came to those others have. kept: files with all results of these
    others, and of those of whom only the time has changed what is seen.
    """

    tables: Path
    as_of: date
    changed: pl.Series
    now: tuple[str, ...]
    added: tuple[str, ...]
    kept: tuple[str, ...]


def write_site_drift(build: Path, *, as_of: date, earlier: Earlier | None) -> int:
    """Write what is counted by site, the months that drift, and their quality flags; returns the number of such months.

    as_of: the night; nothing collected after its end is seen. earlier: None where everybody is counted.
    """
    until = _end(as_of)
    if earlier is None or not (earlier.tables / "value_count" / "all.parquet").is_file():
        stored = current(build / "tables", "lab_result")
        rows = empty(LAB_RESULT).lazy() if stored is None else stored
        values = counted_values(rows, until).collect(engine="streaming")
        days = counted_days(rows).collect(engine="streaming")
    else:
        gone = current(earlier.tables, "lab_result", earlier.changed)
        since = _end(earlier.as_of)
        was, now, added = (_counted(rows) for rows in (gone, _scanned(earlier.now), _scanned(earlier.added)))
        # of what was kept, rows before the end of either night count the same in both
        kept = _counted(_scanned(earlier.kept), min(since, until))
        # what was added is among what was kept, and the night before did not count it
        values = total(
            [
                pl.read_parquet(earlier.tables / "value_count" / "all.parquet"),
                *(counted_values(rows, until).collect() for rows in (now, kept)),
                counted_values(added, since).collect(),
            ],
            ["rows"],
            [counted_values(rows, since).collect() for rows in (was, kept)],
        )
        days = total(
            [
                pl.read_parquet(earlier.tables / "site_day" / "all.parquet"),
                *(counted_days(rows).collect() for rows in (now, added)),
            ],
            ["rows"],
            [counted_days(was).collect()],
        )
    values, days = (counts.sort(pl.exclude("rows"), nulls_last=True) for counts in (values, days))
    write_table(build, "value_count", "all", values)
    write_table(build, "site_day", "all", days)
    write_table(build, "site_results", "all", site_results(days))
    drift = site_drift(values)
    write_table(build, "site_unit_drift", "all", drift)
    write_table(build, "site_flag", "all", drift_flags(drift))
    return drift.height


def _end(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time())


def _scanned(files: tuple[str, ...]) -> pl.LazyFrame | None:
    return pl.scan_parquet(list(files), glob=False) if files else None


def _counted(rows: pl.LazyFrame | None, first: datetime | None = None) -> pl.LazyFrame:
    """The columns that are counted, read once. first: only what was collected from then on."""
    if rows is None:
        return empty(LAB_RESULT).select(COUNTED).lazy()
    read = rows.select(COUNTED).filter(pl.col("superseded_at").is_null())
    if first is not None:
        read = read.filter(pl.col("collected_at") >= first)
    return read.collect(engine="streaming").lazy()
