"""A FHIR extract of one Observation and whatever else a test writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from flows.adapters import adapt
from tests.adapters.fhir.history.resources import HEMOGLOBIN, Json

Read = Callable[[str], pl.DataFrame]
Write = Callable[..., None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that holds one Observation."""
    made = tmp_path / "fhir"
    made.mkdir()
    (made / "Observation.ndjson").write_text(json.dumps(HEMOGLOBIN) + "\n")
    return made


@pytest.fixture
def write(folder: Path) -> Write:
    """Write resources of one kind."""

    def resources(kind: str, *bodies: Json) -> None:
        lines = [json.dumps({"resourceType": kind, **body}) + "\n" for body in bodies]
        (folder / f"{kind}.ndjson").write_text("".join(lines))

    return resources


@pytest.fixture
def adapted(folder: Path, tmp_path: Path) -> Read:
    """Rows of a piece of a canonical table, by line."""

    def read(piece: str) -> pl.DataFrame:
        out = adapt("fhir", folder, tmp_path / "out")
        return pl.concat([pl.read_parquet(path) for path in out.glob(f"{piece}*.parquet")]).sort(
            "source_line"
        )

    return read
