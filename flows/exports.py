"""The files of a night that other programs and people read: findings, why, membership, ledger, quality, cohorts."""

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

from flows.generations import SCREEN, current, judged_again
from flows.home import Home
from flows.manifest import Manifest, read_manifest
from flows.spreadsheets import write_cohort_files, write_workbook
from flows.sql import statement
from flows.stages import Counts, Night
from schemas.tables import FINDING, MEMBERSHIP, QUALITY_FLAG, QUARANTINE, WHY
from schemas.warehouse import LEDGER
from transforms.causes import CAUSE
from transforms.ledger import Occasion, entries
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
    "quality_flags": _File(QUALITY_FLAG, ("quality_flag", "draw_flag"), ("table_flag", "site_flag")),
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
            _ledger(night, as_of)
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


def _ledger(night: Night, as_of: date) -> None:
    """Write the ledger: the last published night's, and how tonight's membership differs from it.

    Where only some patients were judged again the membership of the others is what it was.
    """
    build = night.build
    tables = build / "tables"
    ground = Home(night.home).ground()
    earlier = Home(night.home).last()
    if night.known_at is not None and earlier is not None:  # a past night changes nothing
        told = pl.read_parquet(earlier / "ledger.parquet").filter(pl.col("as_of") <= as_of)
        told.write_parquet(build / "ledger.parquet", compression="zstd")
        return
    ledger = (
        pl.DataFrame(schema=dict(LEDGER)) if earlier is None else pl.read_parquet(earlier / "ledger.parquet")
    )
    again = judged_again(SCREEN, tables)
    dead = current(tables, "lab_patient")
    died = [] if dead is None else [dead.filter(pl.col("death_date") <= as_of).select("patient_id").collect()]
    causes = tables / "cause" / "all.parquet"
    new = entries(
        _members_of(earlier, again),
        _members_of(build, again),
        ever=ledger.filter(pl.col("event").is_in(["entered", "reentered"])),
        causes=pl.read_parquet(causes) if causes.is_file() else pl.DataFrame(schema=CAUSE),
        dead=died[0]["patient_id"] if died else pl.Series([], dtype=pl.String),
        occasion=Occasion(
            as_of, night.run_id, earlier is None, why_everybody(ground.manifest, read_manifest(build))
        ),
    )
    pl.concat([ledger, new]).write_parquet(build / "ledger.parquet", compression="zstd")


def _members_of(folder: Path | None, patients: pl.Series | None) -> pl.DataFrame:
    if folder is None:
        return pl.DataFrame(schema=dict(MEMBERSHIP))
    rows = pl.scan_parquet(folder / "membership.parquet", glob=False)
    if patients is not None:
        rows = rows.filter(pl.col("patient_id").is_in(patients.implode()))
    return rows.collect(engine="streaming")


def why_everybody(before: Manifest | None, now: Manifest | None) -> str | None:
    """Why everybody may have been judged anew, in the ledger's words; None where nothing but the data changed."""
    if before is None or now is None:
        return None
    if before.screen_basis.get("rules") != now.screen_basis.get("rules"):
        return "rule_changed"
    settings = [before.screen_basis.get("switches"), *(before.lab_basis.get(name) for name in _SETTINGS)]
    if settings != [now.screen_basis.get("switches"), *(now.lab_basis.get(name) for name in _SETTINGS)]:
        return "setting_changed"
    if before.lab_basis != now.lab_basis:
        return "coverage_changed"
    return None


_SETTINGS = ("version", "polars", "timezone", "code_map")


def _one(cursor: duckdb.DuckDBPyConnection) -> str:
    row = cursor.fetchone()
    return "" if row is None else str(row[0])


def _rows(path: Path) -> int:
    return int(pl.scan_parquet(path).select(pl.len()).collect().item())
