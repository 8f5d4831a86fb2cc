"""Tables by patient whose pieces several nights share: a night writes only the patients it worked on.

A piece is ``tables/TABLE/GENERATION_BUCKET.parquet``; the generation is the number of the night that wrote it. The
owner table of a group says, for each patient who was worked on again, which generation holds the rows in force; the
patient's rows in earlier generations are out of date. All rows of a patient whom it does not name are in force, in
whatever generation they are.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

MOST_GENERATIONS = 8  # more are merged, so that a reader never has to look into many
WHOLE_SHARE = 0.5  # of the rows of the first generation: above it everything becomes one generation again
OWNER = {"patient_id": pl.String, "generation": pl.Int64}


@dataclass(frozen=True)
class Group:
    """Tables whose rows of a patient are always written together."""

    name: str
    tables: tuple[str, ...]

    @property
    def owner(self) -> str:
        return f"{self.name}_owner"


# A later generation may add to a patient's results without replacing them; the owner table then does not name the patient.
RESULTS = Group("results", ("lab_result", "reported_count", "quality_flag", "quarantine", "without_unit"))
PATIENTS = Group("patients", ("contact", "lab_patient", "lab_clinical_event", "lab_coverage"))
LAB = (RESULTS, PATIENTS)
SCREEN = Group(
    "screen",
    (
        "evidence",
        "verdict",
        "finding",
        "why",
        "membership",
        "gap_time",
        "draw_flag",
        "due",
        "patient_total",
        "listed",
    ),
)
GROUP_OF: Mapping[str, Group] = {table: group for group in (*LAB, SCREEN) for table in group.tables}


ADDED = 9_999  # bucket number of what is added to the rows of earlier generations


def piece_name(generation: int, bucket: int) -> str:
    """File name of a piece, without its suffix."""
    return f"{generation:06d}_{bucket:04d}"


def generation_of(piece: Path) -> int:
    """Generation of a piece."""
    return int(piece.stem.partition("_")[0])


def bucket_number(piece: Path) -> int:
    """Bucket of a piece."""
    return int(piece.stem.partition("_")[2])


def pieces_of(tables: Path, table: str) -> dict[int, list[Path]]:
    """Pieces of a table by generation, the earliest first."""
    found: dict[int, list[Path]] = {}
    for piece in sorted((tables / table).glob("*.parquet")):
        found.setdefault(generation_of(piece), []).append(piece)
    return found


def inherit(group: Group, earlier: Path, tables: Path) -> None:
    """Take over the pieces of an earlier night as hard links. earlier, tables: folders of tables."""
    for table in (*group.tables, group.owner):
        source, target = earlier / table, tables / table
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for piece in source.glob("*.parquet") if source.is_dir() else ():
            os.link(piece, target / piece.name)


def own(group: Group, tables: Path, patients: pl.Series, generation: int) -> None:
    """Record that from now on a generation holds the rows in force of these patients (String, nulls ignored)."""
    before = owners(group, tables)
    owned = patients.drop_nulls().unique().sort().rename("patient_id")
    after = pl.concat(
        [
            before.filter(~pl.col("patient_id").is_in(owned.implode())),
            owned.to_frame().with_columns(generation=pl.lit(generation, pl.Int64)),
        ]
    )
    _write_owners(group, tables, after)


def owners(group: Group, tables: Path) -> pl.DataFrame:
    """patient_id and generation of every patient who was worked on again."""
    path = tables / group.owner / "all.parquet"
    return pl.read_parquet(path) if path.is_file() else pl.DataFrame(schema=OWNER)


def judged_again(group: Group, tables: Path) -> pl.Series | None:
    """Patients whose rows are in the newest generation; None if there is no earlier one."""
    numbers = _numbers(group, tables)
    if len(numbers) <= 1:
        return None
    return owners(group, tables).filter(pl.col("generation") == numbers[-1])["patient_id"]


def current(tables: Path, table: str, patients: pl.Series | None = None) -> pl.LazyFrame | None:
    """The rows of a table that are in force; None where there is none. patients: only theirs."""
    if patients is not None and patients.is_empty():
        return None
    group = GROUP_OF[table]
    owner = owners(group, tables)
    if patients is not None:
        owner = owner.filter(pl.col("patient_id").is_in(patients.implode()))
    frames = []
    for generation, pieces in pieces_of(tables, table).items():
        frame = pl.scan_parquet(pieces, glob=False)
        if patients is not None:
            frame = frame.filter(pl.col("patient_id").is_in(patients.implode()))
        gone = owner.filter(pl.col("generation") > generation)
        if gone.height:
            frame = frame.join(gone.lazy().select("patient_id"), on="patient_id", how="anti")
        frames.append(frame)
    return pl.concat(frames, how="diagonal") if frames else None


def newest_in_force(tables: Path) -> datetime | None:
    """The newest collection time of a result, usable or rejected, that nothing replaced or withdrew; None: there is none.

    Where a mistyped year was corrected it is older than that of the night before.
    """
    times = []
    for table in ("lab_result", "reported_count"):
        rows = current(tables, table)
        if rows is None:
            continue
        if table == "lab_result":
            rows = rows.filter(pl.col("superseded_at").is_null())
        times.append(rows.select(pl.col("collected_at").max()).collect(engine="streaming").item())
    return max((time for time in times if time is not None), default=None)


def merge_generations(group: Group, tables: Path, bucket: pl.Expr) -> bool:
    """Merge generations where there are too many; true if anything was merged.

    bucket: bucket number of a row. The later generations become one as long as they are small beside the first;
    else everything becomes one generation again.
    """
    numbers = _numbers(group, tables)
    if len(numbers) <= MOST_GENERATIONS:
        return False
    sizes = {number: _bytes(group, tables, number) for number in numbers}
    if sum(sizes[number] for number in numbers[1:]) > WHOLE_SHARE * sizes[numbers[0]]:
        merge_all(group, tables, bucket)
    else:
        _merge(group, tables, numbers[1:], None)
    return True


def merge_all(group: Group, tables: Path, bucket: pl.Expr) -> None:
    """Make one generation, with the buckets of the first, of all there are. bucket: bucket number of a row."""
    numbers = _numbers(group, tables)
    if len(numbers) > 1:
        _merge(group, tables, numbers, bucket)


def first_buckets(group: Group, tables: Path) -> int:
    """Number of buckets that the first generation is divided into; at least 1."""
    pieces = pieces_of(tables, group.tables[0])
    return len(pieces[min(pieces)]) if pieces else 1


def _numbers(group: Group, tables: Path) -> list[int]:
    return sorted({number for table in group.tables for number in pieces_of(tables, table)})


def _bytes(group: Group, tables: Path, number: int) -> int:
    return sum(
        piece.stat().st_size for table in group.tables for piece in pieces_of(tables, table).get(number, ())
    )


def _merge(group: Group, tables: Path, numbers: Sequence[int], bucket: pl.Expr | None) -> None:
    """Make one generation, the last of ``numbers``, out of several; without ``bucket`` it is one piece."""
    target = numbers[-1]
    owner = owners(group, tables)
    for table in group.tables:
        pieces = {number: pieces_of(tables, table).get(number, []) for number in numbers}
        buckets = (
            sorted({bucket_number(piece) for piece in pieces[numbers[0]]}) if bucket is not None else [0]
        )
        written = []
        for part in buckets:
            frames = []
            for number in numbers:
                gone = owner.lazy().filter(pl.col("generation") > number).select("patient_id")
                divided = bucket is not None and number == numbers[0]
                chosen = [piece for piece in pieces[number] if not divided or bucket_number(piece) == part]
                if not chosen:
                    continue
                frame = pl.scan_parquet(chosen, glob=False).join(gone, on="patient_id", how="anti")
                frames.append(frame if bucket is None or divided else frame.filter(bucket == part))
            if frames:
                scratch = tables / table / f".{piece_name(target, part)}.part"
                pl.concat(frames, how="diagonal").sink_parquet(
                    scratch, compression="zstd", compression_level=1, engine="streaming"
                )
                written.append((scratch, tables / table / f"{piece_name(target, part)}.parquet"))
        for piece in (piece for several in pieces.values() for piece in several):
            piece.unlink()
        for scratch, place in written:
            scratch.replace(place)
    moved = pl.when(pl.col("generation").is_in(list(numbers))).then(target).otherwise("generation")
    _write_owners(group, tables, owner.with_columns(generation=moved))


def _write_owners(group: Group, tables: Path, frame: pl.DataFrame) -> None:
    folder = tables / group.owner
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / ".all.part"
    frame.write_parquet(part)
    part.replace(folder / "all.parquet")  # never written through a hard link, for an earlier night has it too
