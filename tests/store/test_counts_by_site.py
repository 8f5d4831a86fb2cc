"""Values counted by site: a night counts what it brings and what comes into sight, and takes the rest from before."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from flows.site_drift import Earlier, write_site_drift
from schemas.tables import LAB_RESULT, shaped

COUNTS = ("value_count", "site_day", "site_results")
FIRST, SECOND = date(2026, 3, 10), date(2026, 3, 12)


def results(patient: str, *values: tuple[int, float]) -> pl.DataFrame:
    """Current hemoglobins of a patient on days of March 2026."""
    rows = [
        {
            "patient_id": patient,
            "site": "north",
            "analyte": "hb",
            "collected_at": datetime(2026, 3, day, 8),
            "value_low": value,
            "value_high": value,
        }
        for day, value in values
    ]
    return shaped(pl.DataFrame(rows), LAB_RESULT)


def home(folder: Path, *pieces: pl.DataFrame) -> Path:
    """A build folder with pieces of lab_result, one generation each."""
    place = folder / "tables" / "lab_result"
    place.mkdir(parents=True)
    for number, piece in enumerate(pieces, start=1):
        piece.write_parquet(place / f"{number:06d}_0000.parquet")
    return folder


def counts(build: Path) -> list[pl.DataFrame]:
    return [pl.read_parquet(build / "tables" / table / "all.parquet") for table in COUNTS]


@pytest.mark.parametrize(("before", "tonight"), [(FIRST, SECOND), (SECOND, FIRST), (FIRST, FIRST)])
def test_a_night_counts_by_site_what_a_rebuild_counts(tmp_path: Path, before: date, tonight: date) -> None:
    kept = results("kept", (1, 120.0), (10, 121.0), (11, 122.0), (12, 123.0), (13, 124.0))
    added = results("kept", (9, 118.0), (12, 119.0))
    changed, changed_again = (
        results("changed", (2, 90.0), (12, 91.0)),
        results("changed", (2, 95.0), (12, 91.0)),
    )
    others = results("other", (3, 140.0))
    last = home(tmp_path / "last", pl.concat([kept, changed, others]))
    write_site_drift(last, as_of=before, earlier=None)
    whole = home(tmp_path / "whole", pl.concat([kept, added, changed_again, others]))
    write_site_drift(whole, as_of=tonight, earlier=None)
    night = home(tmp_path / "night")
    files = {name: tmp_path / f"{name}.parquet" for name in ("now", "added", "kept")}
    for frame, file in zip((changed_again, added, pl.concat([kept, added])), files.values(), strict=True):
        frame.write_parquet(file)
    shutil.copytree(last / "tables" / "lab_result", night / "tables" / "lab_result", dirs_exist_ok=True)
    earlier = Earlier(
        last / "tables",
        before,
        pl.Series("patient_id", ["changed"]),
        *((str(file),) for file in files.values()),
    )
    write_site_drift(night, as_of=tonight, earlier=earlier)
    for one, other in zip(counts(night), counts(whole), strict=True):
        assert one.equals(other)
