"""Writing pieces of tables into a build folder, each held against its contract first."""

from __future__ import annotations

import os
from pathlib import Path

import pandera.polars as pa
import polars as pl

from flows.errors import CheckError
from schemas.checks import ContractError, validate
from schemas.contracts import CONTRACTS


def hold(frame: pl.DataFrame, contract: pa.DataFrameSchema) -> None:
    """Hold a frame against a contract. Raises CheckError if it breaks it."""
    try:
        validate(frame, contract)
    except ContractError as error:
        raise CheckError("contract", str(error)) from None


def write_table(build: Path, table: str, piece: str, frame: pl.DataFrame) -> None:
    """Write a frame to BUILD/tables/TABLE/PIECE.parquet. Raises CheckError if it breaks the table's contract."""
    hold(frame, CONTRACTS[table])
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
