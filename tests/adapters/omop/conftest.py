"""Canonical tables of the small common data model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from flows.adapters import adapt
from tests.adapters.omop.cdm import CDM

Tables = Callable[..., Path]


@pytest.fixture
def read(tables: Tables, tmp_path: Path) -> Callable[..., pl.DataFrame]:
    """A canonical table of the model, or of one with some tables changed or (None) taken away."""

    def convert(
        output: str, separator: str = "\t", suffix: str = ".csv", **changed: str | None
    ) -> pl.DataFrame:
        content = {name: text for name, text in {**CDM, **changed}.items() if text is not None}
        folder = adapt(
            "omop", tables(content, separator=separator, suffix=suffix), tmp_path / f"out-{output}"
        )
        return pl.read_parquet(folder / f"{output}.parquet").sort("source_line")

    return convert
