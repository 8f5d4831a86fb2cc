"""The files of a night that other programs and people read: findings, why, membership, ledger, quality,
cohorts.
"""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from flows.home import Home
from flows.spreadsheets import write_cohort_files, write_workbook
from flows.sql import statement
from flows.stages import Counts, Night
from schemas.code_map import CODE_MAP
from schemas.tables import FINDING, LAB_PATIENT, MEMBERSHIP, QUALITY_FLAG, QUARANTINE, UNMAPPED_CODE
from schemas.warehouse import LEDGER
from transforms.membership import LOOK_BACK
from transforms.rules import RULES

# Table of the build folder -> file of the night; its pieces go once the file is written.
FILES = {
    "finding": "findings.parquet",
    "why": "why.parquet",
    "membership": "membership.parquet",
    "quality_flag": "quality_flags.parquet",
    "quarantine": "quarantine.parquet",
}
_EMPTY: dict[str, Any] = {
    "finding": FINDING,
    "membership": MEMBERSHIP,
    "quality_flag": QUALITY_FLAG,
    "quarantine": QUARANTINE,
    "lab_patient": LAB_PATIENT,
    "unmapped_code": UNMAPPED_CODE,
    "code_map": CODE_MAP,
}


def write_exports(night: Night, as_of: date) -> Counts:
    """Write every file of the night but the DuckDB file, the report and run.json into its build folder.

    Returns the rows of each file and the digest, which is the same whatever the order of the rows, the number
    of
    buckets and the run.
    """
    build = night.build
    for table, columns in _EMPTY.items():
        if not any((build / "tables" / table).glob("*.parquet")):
            (build / "tables" / table).mkdir(parents=True, exist_ok=True)
            pl.DataFrame(schema=dict(columns)).write_parquet(build / "tables" / table / "all.parquet")
    for table, name in FILES.items():
        pieces = sorted((build / "tables" / table).glob("*.parquet"))
        pl.scan_parquet(pieces, glob=False).sink_parquet(build / name, compression="zstd", engine="streaming")
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
    for leftover in (*(f"tables/{table}" for table in FILES), "staged", "canonical"):
        shutil.rmtree(build / leftover, ignore_errors=True)
    written = (*FILES.values(), "ledger.parquet")
    rows = {name.removesuffix(".parquet"): _rows(build / name) for name in written}
    return {**rows, "members": members.height, "digest": digest}


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
