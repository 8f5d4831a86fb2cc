"""Rows that no rule reads, as a night sums them up, and a home with a night that holds them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.home import Home
from schemas.tables import UNMAPPED_SUMMARY, empty, shaped
from transforms.code_suggestions import with_suggestions

USUAL = {"code_system": "LAB", "code": "X1", "rows": 200, "numbers": 0}


def around(median: float, numbers: int = 200) -> dict[str, Any]:
    """A distribution of values around a median."""
    shares = {"p05": 0.5, "p25": 0.8, "median": 1, "p75": 1.2, "p95": 1.6}
    return {"numbers": numbers, **{name: median * share for name, share in shares.items()}}


def summary(*rows: dict[str, Any]) -> pl.DataFrame:
    """A summary of ignored rows, with suggestions; what a row leaves out is usual."""
    if not rows:
        return empty(UNMAPPED_SUMMARY)
    filled = [{**dict.fromkeys(UNMAPPED_SUMMARY), **USUAL, **row} for row in rows]
    return with_suggestions(shaped(pl.DataFrame(filled, schema=dict(UNMAPPED_SUMMARY)), UNMAPPED_SUMMARY))


@pytest.fixture
def home(tmp_path: Path) -> Callable[..., Path]:
    """A home whose published night ignored the rows."""

    def make(*rows: dict[str, Any]) -> Path:
        found = Home(tmp_path / "home")
        found.create()
        folder = found.nights / "night" / "tables" / "unmapped_summary"
        folder.mkdir(parents=True)
        summary(*rows).write_parquet(folder / "all.parquet")
        found.publish("night")
        return found.root

    return make
