"""One simulated extract for the tests that only look at it."""

from __future__ import annotations

import polars as pl
import pytest

from transforms.simulation import simulate, simulated_people

PATIENTS, YEARS, SEED = 2000, 3, 1


@pytest.fixture(scope="session")
def frames() -> dict[str, pl.DataFrame]:
    """The tables of an extract of 2,000 patients."""
    return simulate(patients=PATIENTS, years=YEARS, seed=SEED)


@pytest.fixture(scope="session")
def truth() -> pl.DataFrame:
    """Who those patients are."""
    return simulated_people(patients=PATIENTS, seed=SEED)
