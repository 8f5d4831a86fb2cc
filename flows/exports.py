"""The files of a night that other programs and people read: findings, why, membership, ledger, quality, cohorts."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from flows.generations import SCREEN, current, judged_again, pieces_of
from flows.home import Home
from flows.manifest import Manifest, read_manifest
from flows.spreadsheets import write_cohort_files, write_workbook
from flows.stages import Counts, Night
from flows.tables import write_table
from flows.totals import digest, listed_members, patient_totals, population
from schemas.tables import MEMBERSHIP
from schemas.warehouse import FILES, LEDGER, NightFile
from transforms.ledger import Occasion, entries
from transforms.ledger_causes import CAUSE
from transforms.membership import cohort_lists
from transforms.rules import RULES, rule_book

SUMMED = {"findings": "findings", "why": "why"}  # files whose rows are counted by patient


def write_exports(night: Night, as_of: date) -> Counts:
    """Write every file of the night but the DuckDB file, the report and run.json into its build folder.

    Files that would be larger than the setting whole_files are left in pieces where the night was incremental; the
    warehouse shows them all the same. Returns the rows of each file and the digest, which is the same whatever the
    order of the rows, the number of buckets, the run, and whether the night was incremental.
    """
    build = night.build
    tables = build / "tables"
    with ThreadPoolExecutor(1) as beside:  # Python writes the workbook while Polars writes the files
        listing = beside.submit(lambda: cohort_lists(listed_members(tables)))
        workbook = beside.submit(lambda: write_workbook(listing.result(), RULES, build / "cohorts.xlsx"))
        totals = patient_totals(tables)
        written = _files(night, as_of, totals)
        written["ledger"] = _ledger(night, as_of)
        people = current(tables, "lab_patient")
        on_file = (
            pl.Series("patient_id", [], pl.String)
            if people is None
            else people.select("patient_id").collect(engine="streaming")["patient_id"]
        )
        write_table(build, "population", "all", population(totals, on_file, as_of))
        checksum = digest(totals, rule_book(night.settings.switches), as_of)
        members = listing.result()
        write_cohort_files(members, RULES, build / "cohorts")
        workbook.result()
    shutil.rmtree(build / "canonical", ignore_errors=True)
    return {**written, "members": members.height, "digest": checksum}


def _files(night: Night, as_of: date, totals: pl.DataFrame) -> dict[str, int]:
    """Write the Parquet files of the night but the ledger; returns the rows of each. totals: of every patient."""
    build = night.build
    tables = build / "tables"
    written = {}
    for name, file in FILES.items():
        rows = _rows_of(tables, file).with_columns(as_of=pl.lit(as_of), run_id=pl.lit(night.run_id))
        summed = int(totals[SUMMED[name]].sum()) if name in SUMMED else None
        if name != "membership" and _in_pieces(tables, file, summed, night.settings.whole_files):
            counted = rows.select(pl.len()).collect(engine="streaming").item() if summed is None else summed
            written[name] = counted
            continue
        rows.select(pl.col(column).cast(kind) for column, kind in file.columns.items()).sink_parquet(
            build / f"{name}.parquet", compression="zstd", compression_level=1, engine="streaming"
        )
        written[name] = pq.read_metadata(build / f"{name}.parquet").num_rows
    return written


def _in_pieces(tables: Path, file: NightFile, rows: int | None, most: int) -> bool:
    """Whether a file of the night is too large to be rewritten for what one night changed.

    rows: of the file; None where only its pieces know.
    """
    if judged_again(SCREEN, tables) is None:
        return False
    if rows is None:
        # many pieces in one call: after each call Python has to be waited for, which writes the workbook meanwhile
        several = [pieces for table in file.tables for pieces in pieces_of(tables, table).values()]
        counts = pl.collect_all([pl.scan_parquet(pieces, glob=False).select(pl.len()) for pieces in several])
        rows = sum(count.item() for count in counts)
    return rows > most


def _rows_of(tables: Path, file: NightFile) -> pl.LazyFrame:
    frames = [pl.LazyFrame(schema=dict(file.columns))]
    frames += [rows for table in file.tables if (rows := current(tables, table)) is not None]
    for table in file.loads:
        pieces = sorted((tables / table).glob("*.parquet"))
        frames += [pl.scan_parquet(pieces, glob=False)] if pieces else []
    return pl.concat(frames, how="diagonal")


def _ledger(night: Night, as_of: date) -> int:
    """Write the ledger and count its entries: the last published night's, and how tonight's membership differs from it.

    Where only some patients were judged again the membership of the others is what it was.
    """
    build = night.build
    tables = build / "tables"
    night_before = Home(night.home).night_before()
    earlier = Home(night.home).last()
    if night.known_at is not None and earlier is not None:  # a past night changes nothing
        then = pl.read_parquet(earlier / "ledger.parquet").filter(pl.col("as_of") <= as_of)
        then = then.filter(~pl.col("run_id").is_in(_later(night_before.manifest, read_manifest(build))))
        then.write_parquet(build / "ledger.parquet", compression="zstd")
        return then.height
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
            as_of, night.run_id, earlier is None, why_everybody(night_before.manifest, read_manifest(build))
        ),
    )
    ledger = pl.concat([ledger, new])
    ledger.write_parquet(build / "ledger.parquet", compression="zstd")
    return ledger.height


def _later(now: Manifest | None, then: Manifest | None) -> list[str]:
    """The runs that a past night knows nothing of."""
    if now is None or then is None:
        return []
    return [load.run_id for load in now.loads if load.number > then.load]


def _members_of(folder: Path | None, patients: pl.Series | None) -> pl.DataFrame:
    if folder is None:
        return pl.DataFrame(schema=dict(MEMBERSHIP))
    rows = pl.scan_parquet(folder / "membership.parquet", glob=False)
    if patients is not None:
        rows = rows.filter(pl.col("patient_id").is_in(patients.implode()))
    return rows.collect(engine="streaming")


def why_everybody(before: Manifest | None, now: Manifest | None) -> str | None:
    """Why everybody may have been judged again, in the ledger's words; None where nothing but the data changed."""
    if before is None or now is None:
        return None
    if before.screen_basis.get("rules") != now.screen_basis.get("rules"):
        return "rule_changed"
    settings = [before.screen_basis.get("switches"), *(before.lab_basis.get(name) for name in _SETTINGS)]
    if settings != [now.screen_basis.get("switches"), *(now.lab_basis.get(name) for name in _SETTINGS)]:
        return "setting_changed"
    if any(before.lab_basis.get(name) != now.lab_basis.get(name) for name in _COVERAGE):
        return "coverage_changed"
    return None


_SETTINGS = ("version", "polars", "division", "timezone", "code_map", "unit_inference")
_COVERAGE = ("coverage_given", "kinds", "first_contact")
