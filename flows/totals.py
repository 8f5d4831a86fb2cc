"""What is summed for each patient on being judged, so that a night need not read what it did not change.

The digest of a night, the counts of its report and the lists of its cohorts follow from these sums. They are pieces
like the others: of each patient the newest generation's count.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from flows.duck import opened
from flows.generations import current
from flows.sql import statement
from flows.tables import write_table
from schemas.flags import INFERRED_UNITS
from schemas.tables import LISTED, PATIENT_TOTAL, empty
from transforms.membership import LOOK_BACK
from transforms.rule import Rule

_READ = {
    "patient_total": ("screen/patient_totals", ("evidence", "finding", "why", "membership")),
    "listed": ("screen/listed", ("membership", "finding")),
}


def write_totals(build: Path, piece: str, memory_limit: str) -> None:
    """Write the pieces patient_total and listed of a bucket from its other pieces."""
    config: dict[str, Any] = {"memory_limit": memory_limit, "preserve_insertion_order": False}
    with opened(**config) as connection:
        for table, (name, tables) in _READ.items():
            asked: dict[str, Any] = {
                read: str(build / "tables" / read / f"{piece}.parquet") for read in tables
            }
            if table == "patient_total":
                asked["inferred"] = list(INFERRED_UNITS)
            write_table(build, table, piece, connection.execute(statement(name), asked).pl())


def patient_totals(tables: Path) -> pl.DataFrame:
    """The sums of every patient who has a draw (``schemas.tables.PATIENT_TOTAL``)."""
    rows = current(tables, "patient_total")
    return empty(PATIENT_TOTAL) if rows is None else rows.collect(engine="streaming")


def listed_members(tables: Path) -> pl.DataFrame:
    """The members of every cohort, each with the finding that decides it (``schemas.tables.LISTED``)."""
    rows = current(tables, "listed")
    return (
        empty(LISTED) if rows is None else rows.filter(pl.col("status") == "met").collect(engine="streaming")
    )


def population(totals: pl.DataFrame, patients: pl.Series, as_of: date) -> pl.DataFrame:
    """One row of counts (``schemas.tables.POPULATION``).

    totals: ``schemas.tables.PATIENT_TOTAL`` of every patient with a draw. patients: identifiers on file (String); some
    may have no draw. as_of: the night.
    """
    with_draws = pl.col("newest_draw").dt.date().is_between(as_of - timedelta(days=LOOK_BACK), as_of)
    counted = totals.select(
        patients=pl.lit(pl.concat([patients, totals["patient_id"]]).n_unique(), pl.Int64),
        draws=pl.col("draws").sum(),
        recent_patients=with_draws.sum().cast(pl.Int64),
        findings=pl.col("findings").sum(),
        inferred_findings=pl.col("inferred").sum(),
        inferred_met=pl.col("inferred_met").sum(),
        inferred_patients=(pl.col("inferred") > 0).sum().cast(pl.Int64),
    )
    return counted.head(1)


def digest(totals: pl.DataFrame, rules: Sequence[Rule], as_of: date) -> str:
    """The night in one line: as of when, by which rule book, and rows and checksums of what it found.

    totals: as in ``population``.
    """
    sums = totals.select(
        pl.col("findings", "findings_sum", "why", "why_sum", "members", "members_sum").sum()
    ).row(0)
    parts = [f"{rows}:{int(checksum)}" for rows, checksum in zip(sums[::2], sums[1::2], strict=True)]
    return " ".join([as_of.isoformat(), _book(rules), *parts])


def _book(rules: Sequence[Rule]) -> str:
    """Checksum of what the criteria say, with their limits and sources."""
    criteria = [
        [rule.rule_id, item.id, item.says, list(item.inputs), item.threshold, item.citation]
        for rule in rules
        for item in rule.criteria.values()
    ]
    return hashlib.sha256(json.dumps(sorted(criteria, key=str)).encode()).hexdigest()[:16]
