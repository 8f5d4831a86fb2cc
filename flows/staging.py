"""Raw laboratory rows into one Parquet piece per patient bucket, in one streaming pass over all files."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flows.errors import CheckError, ExtractError
from flows.reading import ReadFile

ROWS_PER_BUCKET = 1_500_000
MOST_BUCKETS = 512
ROWS_PER_PART = 250_000
MOST_FILES = 512  # open at the same time while rows are staged
_SEED = 20_261_124  # any fixed number; it only has to be the same for every file of a night


@dataclass(frozen=True)
class Staged:
    """Files of BUILD/staged/lab_results by bucket number; a bucket without rows has none.

    A bucket is staged in parts, each with whole patients.
    """

    pieces: Mapping[int, tuple[Path, ...]]
    buckets: int


class UnevenLinesError(ExtractError):
    """The files cannot be read to their end by the fast reader."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"The laboratory results cannot be read to their end (files: {', '.join(names[:5])})."
        )


def bucket_count(rows: int, asked: int | None) -> int:
    """Number of patient buckets: as asked, else about 1.5 million rows a bucket, at least one."""
    if asked is not None:
        return max(1, min(asked, MOST_BUCKETS))
    return max(1, min(-(-rows // ROWS_PER_BUCKET), MOST_BUCKETS))


def bucket_of(patient: pl.Expr, buckets: int) -> pl.Expr:
    """Bucket number of a patient identifier (UInt32)."""
    return (patient.hash(_SEED) % buckets).cast(pl.UInt32)


def renamed(texts: pl.LazyFrame, merges: Mapping[str, str], column: str = "patient_id") -> pl.LazyFrame:
    """Texts with patient identifiers trimmed (empty = null) and merged ones replaced by the one that remains.

    source_patient_id: the identifier of the row where a merge replaced it, so that a merge can be taken back.
    """
    own = pl.col(column).str.strip_chars()
    own = pl.when(own != "").then(own)
    if not merges:
        return texts.with_columns(own.alias(column), source_patient_id=pl.lit(None, pl.String))
    remaining = own.replace(dict(merges))
    return texts.with_columns(remaining.alias(column), source_patient_id=pl.when(remaining != own).then(own))


def stage_lab_results(
    files: Sequence[ReadFile], folder: Path, *, buckets: int, merges: Mapping[str, str]
) -> Staged:
    """Write the files of BUILD/staged/lab_results, rows in arrival order.

    files: registered lab_results files. Raises UnevenLinesError if a file that was not registered carefully turns
    out to need it, and CheckError if the number of rows written is not the number of rows registered.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    frames = [renamed(file.texts, merges) for file in files]
    parts = _parts(sum(file.rows for file in files), buckets)
    target = pl.PartitionBy(
        folder,
        key=bucket_of(pl.col("patient_id"), buckets * parts).alias("__bucket"),
        include_key=False,
        approximate_bytes_per_file=None,
        file_path_provider=lambda args: f"{args.partition_keys.item(0, 0):05d}.parquet",
    )
    try:
        pl.concat(frames).sink_parquet(target, compression="lz4", statistics=False, engine="streaming")
    except (pl.exceptions.PolarsError, OSError) as error:
        system = re.search(r"\(os error (\d+)\)", str(error))  # such as a full disk: not the extract's fault
        if system:
            raise OSError(int(system[1]), os.strerror(int(system[1]))) from error
        raise UnevenLinesError([file.info.name for file in files]) from None
    pieces = sorted(folder.glob("*.parquet"))
    _must_be_complete(files, pieces)
    by_bucket: dict[int, tuple[Path, ...]] = {}
    for path in pieces:  # a hash modulo buckets * parts, modulo buckets, is the hash modulo buckets
        number = int(path.stem) % buckets
        by_bucket[number] = (*by_bucket.get(number, ()), path)
    return Staged(by_bucket, buckets)


def _parts(rows: int, buckets: int) -> int:
    """Number of parts of a bucket: about 250,000 rows each, as long as not too many files are open at a time."""
    return max(1, min(-(-rows // (buckets * ROWS_PER_PART)), MOST_FILES // buckets))


def _must_be_complete(files: Sequence[ReadFile], pieces: Sequence[Path]) -> None:
    expected = sum(file.rows - file.ragged.height for file in files)
    written = 0
    if pieces:
        written = pl.scan_parquet(list(pieces), glob=False).select(pl.len()).collect().item()
    if written != expected:
        raise CheckError(
            "row_conservation", f"{expected} laboratory rows were registered but {written} were staged"
        )
