"""Extracts written on the spot, and a way to load them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from flows.code_map import NO_CODE_MAP, CodeMapFile
from flows.ingest import IngestCounts, ingest
from flows.loading import Arrival, NightBefore
from flows.reading import ReadFile, find_files, read_files

LAB_HEADER = "patient_id,collected_at,code_system,code,value,unit,specimen_id,comment"


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    """An empty extract folder."""
    folder = tmp_path / "extract"
    folder.mkdir()
    return folder


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """An empty private build folder."""
    folder = tmp_path / "build"
    folder.mkdir()
    return folder


@pytest.fixture
def load(extract: Path, build: Path, tmp_path: Path) -> Callable[..., IngestCounts]:
    """Ingest the extract into the build folder."""

    def run(buckets: int | None = None, code_map: CodeMapFile = NO_CODE_MAP) -> IngestCounts:
        arrival = Arrival("run", datetime(2026, 11, 24), "UTC", "1", code_map, buckets=buckets)
        return ingest(extract, build, NightBefore(tmp_path / "store", None, None), arrival).counts

    return run


@pytest.fixture
def table(build: Path) -> Callable[[str], pl.DataFrame]:
    """All pieces of a table of the build folder."""
    return lambda name: pl.concat(
        [pl.read_parquet(p) for p in sorted((build / "tables" / name).glob("*.parquet"))]
    )


@pytest.fixture
def read(extract: Path, tmp_path: Path) -> Callable[..., list[ReadFile]]:
    """Register the files of one table."""

    def run(name: str = "lab_results", *, careful: bool = True, adapted: bool = False) -> list[ReadFile]:
        return read_files(
            find_files(extract).tables[name], name, tmp_path / "scratch", careful=careful, adapted=adapted
        )

    return run


@pytest.fixture
def labs(extract: Path) -> Callable[..., Path]:
    """Write lab_results.csv: a header and the given lines."""

    def write(*lines: str, name: str = "lab_results.csv", header: str = LAB_HEADER, end: str = "\n") -> Path:
        path = extract / name
        path.write_bytes("".join(f"{line}{end}" for line in (header, *lines)).encode())
        return path

    return write
