"""What a night holds about one patient, for explaining."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import duckdb
import polars as pl
import polars.selectors as cs

from flows.duck import dictionaries
from flows.explain_grounds import Grounds
from flows.explain_reasons import Book, book_of
from flows.sql import statement
from schemas.switches import Switches
from transforms.context import coded_events
from transforms.membership import LOOK_BACK

Row = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """What the night holds about one patient in the 365 days up to the day asked about; the newest draw first."""

    book: Book  # the rules as the night used them
    draws: list[Row]
    members: dict[str, Row]  # rule -> membership row
    findings: dict[tuple[str, datetime], Row]  # rule, draw -> finding
    verdicts: pl.DataFrame  # stored verdicts and statuses, one row a draw
    evidence: pl.DataFrame  # of the same draws in the same order
    sources: pl.DataFrame  # results in force, as they were received
    grounds: Grounds

    @cached_property
    def statuses(self) -> Mapping[datetime, Row]:
        """The stored statuses of each draw."""
        stored = self.verdicts.select("index_collected_at", cs.ends_with("__status"))
        return {row["index_collected_at"]: row for row in stored.to_dicts()}

    def tiers(self, at: datetime) -> dict[str, str]:
        """The tier of every rule met at a draw."""
        return {
            rule_id: row["tier"]
            for (rule_id, draw), row in self.findings.items()
            if draw == at and row["status"] == "met"
        }


def read_case(
    con: duckdb.DuckDBPyConnection,
    patient_id: str,
    day: date,
    switches: Switches,
    *,
    is_the_night: bool,
) -> Case:
    """What is known of a patient at a day. con: the warehouse of a night. is_the_night: the day is the night's own."""
    book = book_of(switches)
    window = {"patient_id": patient_id, "first_day": day - timedelta(days=LOOK_BACK), "as_of": day}
    # another count may be older
    always = {
        "patient_id": patient_id,
        "first_day": date.min,
        "as_of": date.max,
    }
    members = rows(con, "membership", patient_id=patient_id) if is_the_night else []
    return Case(
        book=book,
        draws=rows(con, "draws", **window),
        members={row["rule_id"]: row for row in members},
        findings={
            (row["rule_id"], row["index_collected_at"]): row for row in rows(con, "findings", **window)
        },
        verdicts=con.sql(statement("explain/verdict"), params=window).pl(),
        evidence=con.sql(statement("explain/evidence"), params=window).pl(),
        sources=con.sql(statement("explain/sources"), params={"patient_id": patient_id}).pl(),
        grounds=Grounds(
            coded_events(con.sql(statement("explain/events"), params={"patient_id": patient_id}).pl()),
            con.sql(statement("explain/evidence"), params=always).pl(),
            switches,
        ),
    )


def rows(con: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> list[Row]:
    """The rows of a query of sql/explain."""
    return dictionaries(con, statement(f"explain/{name}"), parameters)
