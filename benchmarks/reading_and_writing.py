"""What reading and writing alone take: the raw text checksummed, read and kept, and a night's tables written.

Nothing is normalized, gathered, judged or explained: what is left of the aims of ``make bench`` is the room for that.
``python -m benchmarks.reading_and_writing EXTRACT HOME``: HOME was made from EXTRACT in one night.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl

# written before the findings stand; the exports come after them
TABLES = (
    "lab_result",
    "reported_count",
    "quality_flag",
    "quarantine",
    "evidence",
    "verdict",
    "finding",
    "why",
)
WORKERS = 2


def main(extract: Path, home: Path) -> None:
    """Print the seconds of each part and their sum."""
    with tempfile.TemporaryDirectory(dir=home) as folder:
        out = Path(folder)
        raw = _keep(extract / "lab_results.csv", out / "raw.parquet")
        print(f"{'raw text':>14}  {raw:>6.1f} s")
        tables = {name: _write(home / "published" / "tables" / name, out) for name in TABLES}
    for name, seconds in tables.items():
        print(f"{name:>14}  {seconds:>6.1f} s")
    print(f"{'together':>14}  {raw + sum(tables.values()):>6.1f} s")


def _keep(labs: Path, kept: Path) -> float:
    start = time.perf_counter()
    with labs.open("rb") as handle:
        hashlib.file_digest(handle, "sha256")
    names = pl.scan_csv(labs).collect_schema().names()
    rows = pl.scan_csv(labs, schema=dict.fromkeys(names, pl.String), row_index_name="source_line")
    rows.sink_parquet(kept, compression="lz4", engine="streaming")
    return time.perf_counter() - start


def _write(table: Path, out: Path) -> float:
    """Seconds to write the pieces of a table, as many at a time as buckets are worked on."""
    seconds = 0.0
    for frames in _some_at_a_time(sorted(table.glob("*.parquet"))):
        start = time.perf_counter()
        with ThreadPoolExecutor(WORKERS) as workers:
            for number, frame in enumerate(frames):
                workers.submit(
                    frame.write_parquet, out / f"{number}.parquet", compression="zstd", compression_level=1
                )
        seconds += time.perf_counter() - start
    return seconds


def _some_at_a_time(pieces: list[Path]) -> Iterator[list[pl.DataFrame]]:
    for first in range(0, len(pieces), WORKERS):
        yield [pl.read_parquet(piece) for piece in pieces[first : first + WORKERS]]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
