"""Homes that grow night by night."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from histories import AS_OF, Tables

from flows.home import Home
from flows.night import begin, run_night
from flows.stages import Counts, Night, Stage, run_stage
from transforms.simulation import simulate


def _without_report(stage: Stage, night: Night) -> Counts:
    return {} if stage.name == "report" else run_stage(stage, night)


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Run a night over tables written as an extract; the content of its run.json."""

    def night(
        home: str, tables: Tables, *, as_of: date | str = AS_OF, full: bool = False, **flags: Any
    ) -> dict[str, Any]:
        extract = tmp_path / f"extract-{len(list(tmp_path.iterdir()))}"
        extract.mkdir()
        for name, rows in tables.items():
            rows.write_csv(extract / f"{name}.csv")
        begun = begin(tmp_path / home, extract, "canonical", str(as_of), flags, full=full)
        return run_night(begun, _without_report)

    return night


@pytest.fixture
def home_of(tmp_path: Path) -> Callable[[str], Home]:
    """The home of a name."""
    return lambda name: Home(tmp_path / name)


@pytest.fixture(scope="session")
def extract() -> dict[str, pl.DataFrame]:
    """A simulated extract of a few patients of every kind, with its dirt: duplicates, corrections, cancellations."""
    return simulate(patients=90, years=1, seed=7, end=AS_OF)
