"""HL7 v2 files written on the spot, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from flows.adapters import adapt

Read = Callable[..., pl.DataFrame]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty extract folder."""
    made = tmp_path / "hl7 [1]"
    made.mkdir()
    return made


@pytest.fixture
def adapted(folder: Path, tmp_path: Path) -> Read:
    """Bring the folder to the canonical layout and read a table by line."""

    def read(table: str = "lab_results") -> pl.DataFrame:
        out = adapt("hl7v2", folder, tmp_path / "out")
        pieces = sorted(out.glob(f"{table}*.parquet"))
        if table == "lab_results":
            pieces = [piece for piece in pieces if "unreadable" not in piece.name]
        return pl.concat([pl.read_parquet(piece, glob=False) for piece in pieces]).sort(
            "source_file", "source_line"
        )

    return read


@pytest.fixture
def labs(folder: Path, adapted: Read) -> Read:
    """Laboratory rows of the segments of one file."""

    def convert(*segments: str) -> pl.DataFrame:
        (folder / "a.hl7").write_text(
            "".join(f"{segment}\r" for segment in segments), encoding="utf-8", newline=""
        )
        return adapted()

    return convert
