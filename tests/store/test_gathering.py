"""Gathering what a home holds of some patients into places of their own."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from flows.gathering import gathered, places_wanted
from flows.generations import piece_name
from schemas.tables import LAB_RESULT, PATIENT_TOTAL, shaped


@pytest.mark.parametrize(
    ("patients", "draws", "places"),
    [(0, 0, 0), (4, 10, 1), (5, 10, 2), (9, 10, 4), (16, 10, 4), (17, 10, 6), (2, 60, 4), (41, 0, 2)],
)
def test_places_hold_so_many_draws_and_no_worker_judges_the_last_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, patients: int, draws: int, places: int
) -> None:
    monkeypatch.setattr("flows.gathering.DRAWS_GATHERED", 40)
    ids = pl.Series("patient_id", [f"p{number}" for number in range(patients)], pl.String)
    tables = {
        "lab_result": shaped(ids.to_frame(), LAB_RESULT),
        "patient_total": shaped(ids.to_frame().with_columns(draws=pl.lit(draws)), PATIENT_TOTAL),
    }
    for table, frame in tables.items():
        (tmp_path / "tables" / table).mkdir(parents=True)
        frame.write_parquet(tmp_path / "tables" / table / f"{piece_name(1, 0)}.parquet")
    wanted = places_wanted(tmp_path / "tables", ids, workers=2)
    found = gathered(tmp_path / "tables", ids, tmp_path / "kept", wanted)
    assert len(found) == places
    held = [name for place in found for name in pl.read_parquet(place.path("lab_result"))["patient_id"]]
    assert sorted(held) == sorted(ids)
