"""FHIR files written on the spot, and what becomes of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tests.adapters.fhir.observations import Json

Rows = Callable[..., pl.DataFrame]


@pytest.fixture
def adapted(adapted_texts: Callable[[str, str], pl.DataFrame]) -> Rows:
    """Bring the folder to the canonical layout and read the pieces of a table by line."""
    return lambda table="lab_results": adapted_texts("fhir", table)


@pytest.fixture
def labs(folder: Path, adapted: Rows) -> Rows:
    """Laboratory rows of Observations."""

    def convert(*resources: Json) -> pl.DataFrame:
        lines = [json.dumps(resource, ensure_ascii=False) + "\n" for resource in resources]
        (folder / "Observation.ndjson").write_text("".join(lines), encoding="utf-8")
        return adapted()

    return convert
