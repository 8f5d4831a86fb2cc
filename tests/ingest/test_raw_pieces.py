"""Raw pieces of a large load: every row is kept, however many files Polars leaves open."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from flows.staging import bucket_count

MANY_SLICES = """
import sys
from pathlib import Path

from flows.staging import bucket_count

import polars as pl

from flows.staging import write_raw

rows = 400_000
frame = pl.LazyFrame({"row": range(rows)}).with_columns(slice=(pl.col("row") % 4).cast(pl.UInt32))
pieces = write_raw(frame, Path(sys.argv[1]), slices=4)
assert sum(piece.rows for piece in pieces) == rows, [piece.rows for piece in pieces]
assert len(pieces) > 4, "no file was closed before its slice was written"
assert {piece.slice for piece in pieces} == set(range(4))
for piece in pieces:
    kept = pl.read_parquet(Path(sys.argv[1]) / piece.path)
    assert (kept["row"] % 4 == piece.slice).all()
"""


def test_slice_whose_file_was_closed_goes_on_in_another(tmp_path: Path) -> None:
    # a load of 50 million rows has more slices than Polars keeps files open
    few_open = {**os.environ, "POLARS_MAX_OPEN_SINKS": "2"}
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", MANY_SLICES, str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        env=few_open,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]


ALL_OPEN = """
import sys
from pathlib import Path

from flows.staging import bucket_count

import polars as pl

from flows.staging import write_raw

frame = pl.LazyFrame({"row": range(2_400_000)}).with_columns(slice=(pl.col("row") % 300).cast(pl.UInt32))
pieces = write_raw(frame, Path(sys.argv[1]), slices=300)
assert len(pieces) == 300, len(pieces)
"""


def test_slices_of_a_large_load_are_one_file_each(tmp_path: Path) -> None:
    # every night reads all files of the store, and a thousand small ones take longer
    as_polars_has_it = {name: text for name, text in os.environ.items() if name != "POLARS_MAX_OPEN_SINKS"}
    ended = subprocess.run(
        [sys.executable, "-c", ALL_OPEN, str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        env=as_polars_has_it,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]


def test_no_more_buckets_than_rows() -> None:
    """Each empty one takes a quarter of a second."""
    assert bucket_count(7, 100_000) == 7
    assert bucket_count(0, 3) == 1
    assert bucket_count(5_000_000, 3) == 3
