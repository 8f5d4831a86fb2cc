"""FHIR files written on the spot, and what becomes of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from flows.adapters import adapt
from tests.adapters.fhir.observations import Json

Rows = Callable[..., pl.DataFrame]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty extract folder."""
    made = tmp_path / "fhir [1]"
    made.mkdir()
    return made


@pytest.fixture
def adapted(folder: Path, tmp_path: Path) -> Rows:
    """Bring the folder to the canonical layout and read the pieces of a table by line."""

    def read(table: str = "lab_results") -> pl.DataFrame:
        out = adapt("fhir", folder, tmp_path / "out")
        pieces = [path for path in sorted(out.glob(f"{table}*.parquet")) if "unreadable" not in path.name]
        return pl.concat([pl.read_parquet(path, glob=False) for path in pieces]).sort(
            "source_file", "source_line"
        )

    return read


@pytest.fixture
def labs(folder: Path, adapted: Rows) -> Rows:
    """Laboratory rows of Observations."""

    def convert(*resources: Json) -> pl.DataFrame:
        lines = [json.dumps(resource, ensure_ascii=False) + "\n" for resource in resources]
        (folder / "Observation.ndjson").write_text("".join(lines), encoding="utf-8")
        return adapted()

    return convert
