"""HOME/store: the rows of all loads as they were received, and which of them a night is about."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from flows.manifest import Manifest, RawPiece
from flows.staging import renamed, slice_of, write_raw
from schemas.extract import EXTRACT_TABLES

MOST_SMALL = 16  # pieces for all slices; more are made one


@dataclass(frozen=True)
class RawRows:
    """The raw laboratory rows a night can see.

    folder: HOME/store. pieces: those of lab_results. merges: given-up identifier to the one that remains. slices:
    hash partitions of the store. newest_load: rows of later loads are not seen.
    """

    folder: Path
    pieces: Sequence[RawPiece]
    merges: Mapping[str, str]
    slices: int
    newest_load: int

    def count(self) -> int:
        """Rows that are seen."""
        if not self.pieces:
            return 0
        frames = [self.scan(piece).select("load") for piece in self.pieces]
        return int(pl.concat(frames).select(pl.len()).collect(engine="streaming").item())

    def rows(self) -> pl.LazyFrame:
        """All rows under the identifiers that remain."""
        frames = [self.scan(piece).drop("slice", strict=False) for piece in self.pieces]
        return renamed(pl.concat(frames, how="diagonal"), self.merges) if frames else self._nothing()

    def of_slice(self, number: int, moved: pl.DataFrame | None) -> pl.LazyFrame:
        """All rows of the patients of one slice under the identifiers that remain. moved: from :meth:`moved`."""
        frames = [self.scan(piece) for piece in self.pieces if piece.slice == number]
        frames += [
            self.scan(piece).filter(pl.col("slice") == number) for piece in self.pieces if piece.slice is None
        ]
        frames = [frame.drop("slice", strict=False) for frame in frames]
        if moved is not None:
            given_up = pl.Series(list(self.merges), dtype=pl.String).implode()
            frames = [
                frame.filter(~pl.col("patient_id").is_in(given_up).fill_null(value=False)) for frame in frames
            ]
            frames.append(moved.lazy().filter(pl.col("slice") == number).drop("slice"))
        return pl.concat(frames, how="diagonal") if frames else self._nothing()

    def moved(self) -> pl.DataFrame | None:
        """The rows of merged identifiers, under the ones that remain, with their slice; None without merges."""
        if not self.merges:
            return None
        rows = self.of_identifiers(pl.Series(list(self.merges), dtype=pl.String)).collect(engine="streaming")
        return rows.with_columns(slice=slice_of(pl.col("patient_id"), self.slices))

    def of_identifiers(self, identifiers: pl.Series) -> pl.LazyFrame:
        """All rows that came under the given identifiers, under the ones that remain."""
        wanted = pl.col("patient_id").is_in(identifiers.implode())
        frames = [self.scan(piece).drop("slice", strict=False).filter(wanted) for piece in self.pieces]
        if not frames:
            return self._nothing()
        rows = pl.concat(frames, how="diagonal")
        return renamed(rows, self.merges) if self.merges else rows

    def gathered(self, identifiers: pl.Series, scratch: Path) -> pl.LazyFrame:
        """All rows that came under the given identifiers, as they were received.

        They are read once from the whole store and written to a file.
        """
        scratch.parent.mkdir(parents=True, exist_ok=True)
        self.received(identifiers).sink_parquet(scratch, compression="lz4", engine="streaming")
        return pl.scan_parquet(scratch, glob=False)

    def received(self, identifiers: pl.Series) -> pl.LazyFrame:
        """All rows that came under the given identifiers, as they were received."""
        nothing = self._nothing()
        slices = {*identifiers.to_frame("id").select(slice_of(pl.col("id"), self.slices)).to_series()}
        pieces = [piece for piece in self.pieces if piece.slice is None or piece.slice in slices]
        if not pieces or identifiers.is_empty():
            return nothing
        rows = pl.scan_parquet(
            [self.folder / piece.path for piece in pieces],
            glob=False,
            schema=nothing.collect_schema(),
            missing_columns="insert",
            extra_columns="ignore",
        )
        wanted = pl.col("patient_id").is_in(identifiers.implode()) & (pl.col("load") <= self.newest_load)
        return rows.filter(wanted)

    def scan(self, piece: RawPiece) -> pl.LazyFrame:
        """The rows of a piece, as they were received."""
        return pl.scan_parquet(self.folder / piece.path, glob=False).filter(
            pl.col("load") <= self.newest_load
        )

    def _nothing(self) -> pl.LazyFrame:
        names = EXTRACT_TABLES["lab_results"].column_names
        schema = {
            **dict.fromkeys((*names, "source_patient_id", "source_file"), pl.String),
            "source_line": pl.Int64,
            "load": pl.Int32,
        }
        return pl.LazyFrame(schema=schema)


def identifiers_of(patients: pl.Series, merges: Mapping[str, str]) -> pl.Series:
    """Every identifier under which rows of these patients may have come."""
    given_up = pl.DataFrame(
        {"given_up": list(merges), "remains": list(merges.values())},
        schema={"given_up": pl.String, "remains": pl.String},
    )
    merged = given_up.filter(pl.col("remains").is_in(patients.implode()))["given_up"]
    return pl.concat([patients, merged.rename(patients.name)]).unique()


def merge_small_pieces(folder: Path, target: Path, pieces: Sequence[RawPiece]) -> list[RawPiece]:
    """Make one piece of the small ones if there are too many. target: a folder beneath ``folder`` of its own."""
    small = [piece for piece in pieces if piece.table == "lab_results" and piece.slice is None]
    if len(small) <= MOST_SMALL:
        return list(pieces)
    target.mkdir(parents=True, exist_ok=True)
    whole = pl.concat([pl.scan_parquet(folder / piece.path, glob=False) for piece in small], how="diagonal")
    [made] = write_raw(whole, target, slices=None)
    path = (target / made.path).relative_to(folder).as_posix()
    return [piece for piece in pieces if piece not in small] + [made.model_copy(update={"path": path})]


def clear_store(store: Path, manifests: Sequence[Manifest]) -> None:
    """Remove the files of the store that no manifest names. Only the holder of the lock may call this."""
    named = {piece.path for manifest in manifests for piece in manifest.pieces}
    for file in store.rglob("*"):
        if file.is_file() and file.relative_to(store).as_posix() not in named:
            file.unlink(missing_ok=True)
    for folder in sorted((path for path in store.rglob("*") if path.is_dir()), reverse=True):
        if not any(folder.iterdir()):
            shutil.rmtree(folder, ignore_errors=True)
