"""HL7 v2 files written on the spot, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

Read = Callable[..., pl.DataFrame]


@pytest.fixture
def adapted(adapted_texts: Callable[[str, str], pl.DataFrame]) -> Read:
    """Bring the folder to the canonical layout and read a table by line."""
    return lambda table="lab_results": adapted_texts("hl7v2", table)


@pytest.fixture
def labs(folder: Path, adapted: Read) -> Read:
    """Laboratory rows of the segments of one file."""

    def convert(*segments: str) -> pl.DataFrame:
        (folder / "a.hl7").write_text(
            "".join(f"{segment}\r" for segment in segments), encoding="utf-8", newline=""
        )
        return adapted()

    return convert
