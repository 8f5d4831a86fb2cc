"""Writing pieces of tables into a build folder, each held against its contract first."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from schemas.checks import validate
from schemas.tables import CONTRACTS


def write_table(build: Path, table: str, piece: str, frame: pl.DataFrame) -> None:
    """Validate a frame and write it to BUILD/tables/TABLE/PIECE.parquet. Raises schemas.checks.ContractError."""
    validate(frame, CONTRACTS[table])
    folder = build / "tables" / table
    folder.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(folder / f"{piece}.parquet", compression="zstd")
