"""Raw laboratory rows into the store: Parquet pieces by slices of patients, in one streaming pass over all files.

The store keeps every row as it was received, whatever becomes of it: a later correction, merge or code map can then
be applied to all that is known of a patient, as if everything had come at once.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import resource
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from flows.errors import CheckError, ExtractError
from flows.manifest import RawPiece
from flows.reading import ReadFile, unreadable
from schemas.text_values import as_it_stands, identifier

ROWS_PER_BUCKET = 1_000_000  # two of them are judged at the same time
ROWS_PER_SLICE = 250_000
MOST_BUCKETS = 512
# rows; a smaller load stays one file, so that a year of nights is not a heap of little ones
SMALL_LOAD = 1_000_000
# A slice whose file Polars has closed goes on in another, and each night reads all of them. Read at the first such
# write. Half of the files a process may open are left to the rest.
_MOST_OPEN = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
if _MOST_OPEN == resource.RLIM_INFINITY or _MOST_OPEN >= 2 * MOST_BUCKETS:
    os.environ.setdefault("POLARS_MAX_OPEN_SINKS", str(MOST_BUCKETS))
_SEED = 20_261_124  # any fixed number; it only has to be the same for every load of a home
_ROW_GROUP = 20_000
_ROWS_HELD = 1_250_000  # in memory while a load is divided: of every slice what is not yet a row group


class UnevenLinesError(ExtractError):
    """The files cannot be read to their end by the fast reader."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            f"The laboratory results cannot be read to their end (files: {', '.join(names[:5])})."
        )


def bucket_count(rows: int, asked: int | None) -> int:
    """Number of patient buckets: as asked, else about a million rows a bucket; at least one, and no more than rows."""
    if asked is not None:
        return max(1, min(asked, MOST_BUCKETS, rows))
    return max(1, min(-(-rows // ROWS_PER_BUCKET), MOST_BUCKETS))


def slice_count(rows: int, buckets: int) -> int:
    """Number of slices of a store that holds so many rows: about 250,000 rows each, a multiple of the buckets."""
    wanted = -(-rows // ROWS_PER_SLICE)
    return buckets * max(1, min(-(-wanted // buckets), MOST_BUCKETS // buckets))


def slice_of(patient: pl.Expr, slices: int) -> pl.Expr:
    """Slice number of a patient identifier (UInt32)."""
    return (patient.hash(_SEED) % slices).cast(pl.UInt32)


def division() -> str:
    """A checksum of how patients are divided: of the slices that some made-up identifiers fall into.

    Polars promises no hash for longer than one version; slices that another one made hold other patients.
    """
    sample = pl.DataFrame({"patient": [str(number) for number in range(256)]})
    places = sample.select(slice_of(pl.col("patient"), 2**16)).to_series()
    return hashlib.sha256(places.to_numpy().tobytes()).hexdigest()[:16]


def bucket_of(patient: pl.Expr, slices: int, buckets: int) -> pl.Expr:
    """Bucket number of a patient identifier (UInt32); a bucket is made of whole slices."""
    return slice_of(patient, slices) % buckets


def divided(rows: pl.LazyFrame, number: int, folder: Path) -> list[Path]:
    """The rows in so many files, by a hash of their patient; those that name no patient are in the first.

    number: at most MOST_BUCKETS. They are read once, however many the files are.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    target = pl.PartitionBy(
        folder,
        key=bucket_of(pl.col("patient_id"), number, number).fill_null(0).alias("__part"),
        include_key=False,
        approximate_bytes_per_file=None,
        file_path_provider=lambda args: f"{args.partition_keys.item(0, 0)}_{args.index_in_partition}.parquet",
    )
    rows.sink_parquet(target, compression="lz4", engine="streaming")
    files = []
    for part in range(number):
        found = sorted(folder.glob(f"{part}_*.parquet"))
        files.append(folder / f"{part}.parquet")
        if len(found) == 1:
            found[0].rename(files[-1])
        else:  # no patient is in it, or Polars closed the file and went on in another
            whole = pl.scan_parquet(found, glob=False) if found else rows.limit(0)
            whole.sink_parquet(files[-1], compression="lz4", engine="streaming")
    return files


def renamed(texts: pl.LazyFrame, merges: Mapping[str, str], column: str = "patient_id") -> pl.LazyFrame:
    """Texts with identifiers of patients trimmed, and merged ones replaced by the one that remains.

    An empty identifier, or a word for none, becomes null. source_patient_id: the identifier of the row where a merge
    replaced it, so that a merge can be taken back.
    """
    own = identifier(column)
    if not merges:
        return texts.with_columns(own.alias(column), source_patient_id=pl.lit(None, pl.String))
    remaining = own.replace(dict(merges))
    return texts.with_columns(remaining.alias(column), source_patient_id=pl.when(remaining != own).then(own))


def stage_lab_results(
    files: Sequence[ReadFile], folder: Path, *, slices: int, load: int, small: bool
) -> list[RawPiece]:
    """Write the rows of the files as raw pieces into a folder and say which there are, their paths beneath it.

    files: registered lab_results files. small: one piece for all slices. Raises UnevenLinesError if a file is not
    what was registered (it was not registered carefully and needs it, or it was taken away or replaced since), and
    CheckError if the number of rows written is not the number of rows registered.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if not files:
        return []
    rows = pl.concat([renamed(file.texts, {}) for file in files]).with_columns(
        as_it_stands("specimen_id"),
        as_it_stands("result_id"),
        load=pl.lit(load, pl.Int32),
        slice=slice_of(pl.col("patient_id"), slices),
    )
    try:
        pieces = write_raw(rows, folder, slices=None if small else slices)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        system = re.search(r"\(os error (\d+)\)", str(error))  # such as a full disk: not the extract's fault
        if system and int(system[1]) != errno.ENOENT:  # a file that is gone is
            raise OSError(int(system[1]), os.strerror(int(system[1]))) from error
        raise UnevenLinesError([file.info.name for file in unreadable(files) or files]) from None
    expected = sum(file.rows - file.ragged.height for file in files)
    written = sum(piece.rows for piece in pieces)
    if written != expected:
        raise CheckError(
            "row_conservation", f"{expected} laboratory rows were registered but {written} were staged"
        )
    return pieces


def write_raw(rows: pl.LazyFrame, folder: Path, *, slices: int | None) -> list[RawPiece]:
    """Write raw rows (with load and slice) as one piece, or as one or more for each of so many slices."""
    if slices is None:
        ordered = rows.sort("slice", maintain_order=True)
        ordered.sink_parquet(
            folder / "all.parquet", compression="lz4", row_group_size=_ROW_GROUP, engine="streaming"
        )
    else:
        target = pl.PartitionBy(
            folder,
            key=pl.col("slice"),
            include_key=False,
            approximate_bytes_per_file=None,
            # Polars keeps a limited number of files open; a slice whose file it closed goes on in another.
            file_path_provider=lambda args: (
                f"{args.partition_keys.item(0, 0):05d}_{args.index_in_partition:04d}.parquet"
            ),
        )
        rows.sink_parquet(
            target,
            compression="lz4",
            statistics=False,
            row_group_size=min(_ROW_GROUP, _ROWS_HELD // slices),
            engine="streaming",
        )
    return [
        RawPiece(
            table="lab_results",
            path=path.name,
            slice=None if slices is None else int(path.stem.partition("_")[0]),
            rows=pq.read_metadata(path).num_rows,
        )
        for path in sorted(folder.glob("*.parquet"))
    ]
