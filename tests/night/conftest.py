"""Homes to screen a small population in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from populations import AS_OF, POPULATION, stub_stages

from flows.home import Home
from flows.night import begin, run_night
from flows.prefect_settings import prepare


@pytest.fixture
def population() -> dict[str, tuple[float, float, float | None]]:
    """The population of the extract; a test may change it between nights."""
    return dict(POPULATION)


@pytest.fixture
def stubbed(monkeypatch: pytest.MonkeyPatch, population: dict[str, Any]) -> None:
    """The stubs of ``stub_stages`` for one test."""
    stub_stages(monkeypatch, population)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that does not exist yet."""
    return Home(tmp_path / "home")


@pytest.fixture
def screened(home: Home, stubbed: None, tmp_path: Path) -> Callable[..., Path]:
    """Run a night; returns the folder that is in force afterwards."""

    def run(**flags: Any) -> Path:
        run_night(begin(home.root, tmp_path / "extract", "canonical", AS_OF.isoformat(), flags))
        return home.night()

    return run


@pytest.fixture
def night(screened: Callable[..., Path]) -> Path:
    """A published night."""
    return screened()


@pytest.fixture(scope="session")
def prefect_night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A private, temporary Prefect for the whole session; Prefect reads its settings when it is imported."""
    prepare(tmp_path_factory.mktemp("prefect"))
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=600):
        yield
