"""The files of a night that other programs and people read: findings, why, membership, ledger, quality,
cohorts.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from flows.generations import current
from flows.home import Home
from flows.spreadsheets import write_cohort_files, write_workbook
from flows.sql import statement
from flows.stages import Counts, Night
from schemas.tables import FINDING, MEMBERSHIP, QUALITY_FLAG, QUARANTINE, WHY
from schemas.warehouse import LEDGER
from transforms.membership import LOOK_BACK
from transforms.rules import RULES


@dataclass(frozen=True)
class _File:
    """A file of the night. tables: by patient, as of tonight. loads: tables with a piece for each load."""

    columns: Mapping[str, Any]
    tables: tuple[str, ...]
    loads: tuple[str, ...] = ()


FILES: Mapping[str, _File] = {
    "findings": _File(FINDING, ("finding",)),
    "why": _File(WHY, ("why",)),
    "membership": _File(MEMBERSHIP, ("membership",)),
    "quality_flags": _File(QUALITY_FLAG, ("quality_flag", "draw_flag"), ("table_flag",)),
    "quarantine": _File(QUARANTINE, ("quarantine",), ("table_quarantine",)),
}


def write_exports(night: Night, as_of: date) -> Counts:
    """Write every file of the night but the DuckDB file, the report and run.json into its build folder.

    Returns the rows of each file and the digest, which is the same whatever the order of the rows, the number
    of buckets, the run, and whether the night was incremental.
    """
    build = night.build
    for name, file in FILES.items():
        rows = _rows_of(build / "tables", file).with_columns(as_of=pl.lit(as_of), run_id=pl.lit(night.run_id))
        rows.select(pl.col(column).cast(kind) for column, kind in file.columns.items()).sink_parquet(
            build / f"{name}.parquet", compression="zstd", compression_level=1, engine="streaming"
        )
    config: dict[str, Any] = {"memory_limit": night.settings.memory_limit, "preserve_insertion_order": False}
    with duckdb.connect(config=config) as connection:
        paths = {
            "findings": str(build / "findings.parquet"),
            "members": str(build / "membership.parquet"),
        }
        members = connection.execute(statement("warehouse/members"), paths).pl()
        with ThreadPoolExecutor(1) as beside:  # DuckDB computes while Python writes cells
            people = beside.submit(_cohorts, members, build)
            _ledger(connection, night, as_of)
            paths["why"] = str(build / "why.parquet")
            digest = _one(connection.execute(statement("warehouse/digest"), paths))
            people.result()
    shutil.rmtree(build / "canonical", ignore_errors=True)
    written = {name: _rows(build / f"{name}.parquet") for name in (*FILES, "ledger")}
    return {**written, "members": members.height, "digest": digest}


def _rows_of(tables: Path, file: _File) -> pl.LazyFrame:
    frames = [pl.LazyFrame(schema=dict(file.columns))]
    frames += [rows for table in file.tables if (rows := current(tables, table)) is not None]
    for table in file.loads:
        pieces = sorted((tables / table).glob("*.parquet"))
        frames += [pl.scan_parquet(pieces, glob=False)] if pieces else []
    return pl.concat(frames, how="diagonal")


def _cohorts(members: pl.DataFrame, build: Path) -> None:
    """Write the files that people open."""
    write_cohort_files(members, RULES, build / "cohorts")
    write_workbook(members, RULES, build / "cohorts.xlsx")


def _ledger(connection: duckdb.DuckDBPyConnection, night: Night, as_of: date) -> None:
    """Write the ledger: the last published night's, and how tonight's membership differs from it."""
    home, build = Home(night.home), night.build
    earlier: Path | None = home.night() if home.published.exists() else None
    nothing = build / "tables" / "nothing"
    nothing.mkdir(exist_ok=True)
    pl.DataFrame(schema=LEDGER).write_parquet(nothing / "ledger.parquet")
    pl.DataFrame(schema=dict(MEMBERSHIP)).write_parquet(nothing / "membership.parquet")
    parameters = {
        "earlier_ledger": str((earlier or nothing) / "ledger.parquet"),
        "before": str((earlier or nothing) / "membership.parquet"),
        "after": str(build / "membership.parquet"),
        "patients": str(build / "tables" / "lab_patient" / "*.parquet"),
        "first_night": earlier is None,
        "look_back_days": LOOK_BACK,
        "as_of": as_of,
        "run_id": night.run_id,
        "path": str(build / "ledger.parquet"),
    }
    connection.execute(statement("warehouse/ledger"), parameters)
    shutil.rmtree(nothing)


def _one(cursor: duckdb.DuckDBPyConnection) -> str:
    row = cursor.fetchone()
    return "" if row is None else str(row[0])


def _rows(path: Path) -> int:
    return int(pl.scan_parquet(path).select(pl.len()).collect().item())
