"""Writes a simulated extract: a file for each table, laboratory results in a file for each site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl

from transforms.simulation.sites import SITES

FORMATS = ("csv", "csv.gz", "parquet")
SPLIT_BY_SITE = "lab_results"
OTHER_TABLES = frozenset({"patients", "clinical_events", "coverage"})
QUICK = 4  # gzip: twice as fast as its default, files a tenth larger


def write_extract(frames: Mapping[str, pl.DataFrame], out: Path, form: str) -> None:
    """Write the tables (columns of text) into a folder, which is made if it is not there.

    form: one of ``FORMATS``. The same frames give the same bytes. Raises ValueError for another form.
    """
    if form not in FORMATS:
        raise ValueError(f"an extract is written as one of {', '.join(FORMATS)}, not {form}")
    out.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor() as pool:  # compression is most of the work, and it is done outside of Python
        list(pool.map(lambda file: _write(file[1], out / f"{file[0]}.{form}", form), _files(frames)))


def is_simulated(folder: Path) -> bool:
    """Whether a folder holds a simulated extract and nothing else, by the names of its files."""
    names = {file.name for file in folder.iterdir()} if folder.is_dir() else set()
    laboratories = {f"{SPLIT_BY_SITE}_{site.name.lower()}.{form}" for site in SITES for form in FORMATS}
    others = {f"{table}.{form}" for table in OTHER_TABLES for form in FORMATS}
    return bool(names & laboratories) and names <= laboratories | others


def _files(frames: Mapping[str, pl.DataFrame]) -> Iterator[tuple[str, pl.DataFrame]]:
    """Name without ending, and content, of each file."""
    for table, frame in frames.items():
        if table != SPLIT_BY_SITE:
            yield table, frame
            continue
        parts = frame.partition_by("site", as_dict=True, maintain_order=True)
        for (site,), rows in sorted(parts.items()):
            yield f"{table}_{str(site).lower()}", rows


def _write(frame: pl.DataFrame, path: Path, form: str) -> None:
    if form == "parquet":
        frame.write_parquet(path)
    elif form == "csv.gz":
        frame.write_csv(path, compression="gzip", compression_level=QUICK)
    else:
        frame.write_csv(path)
