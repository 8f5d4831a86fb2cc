"""Writing pieces of tables into a build folder, each held against its contract first."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl

from schemas.checks import validate
from schemas.tables import CONTRACTS


def write_table(build: Path, table: str, piece: str, frame: pl.DataFrame) -> None:
    """Validate a frame and write it to BUILD/tables/TABLE/PIECE.parquet. Raises schemas.checks.ContractError."""
    validate(frame, CONTRACTS[table])
    folder = build / "tables" / table
    folder.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(folder / f"{piece}.parquet", compression="zstd", compression_level=1)


def inherit_table(table: str, night: Path | None, build: Path, newest_load: int | None = None) -> None:
    """Take over the pieces of a table of an earlier night as hard links; newest_load: no pieces of later loads."""
    folder = build / "tables" / table
    folder.mkdir(parents=True, exist_ok=True)
    if night is not None:
        for piece in (night / "tables" / table).glob("*.parquet"):
            if newest_load is None or int(piece.stem.partition("_")[0]) <= newest_load:
                os.link(piece, folder / piece.name)
