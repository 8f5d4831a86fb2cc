"""The audit of a built night: named checks before it is published, and what each night keeps for those to come.

Everything here is counts by rule, site and analyte: never a patient, a value or the name of a file.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from shlex import quote
from typing import Any

import duckdb
import polars as pl

from flows.duck import opened
from flows.errors import CheckError, UsageError
from flows.home import DATABASE, Home
from flows.manifest import night_number
from flows.measures import earlier_nights, measures, rules_at_hand
from flows.sql import statement
from flows.stages import Counts, Night
from flows.warehouse import write_piece
from schemas.audits import (
    AUDITS,
    CHECK,
    CHECK_HISTORY,
    ENOUGH_NIGHTS,
    PAST_NIGHTS,
    XMR,
    Audit,
)
from schemas.tables import shaped
from schemas.warehouse_ddl import ddl_schemas

_ROWS_KEPT = 50  # of each failed check, for the person who looks
_LONGEST_REASON = 500  # characters; every later night carries it on


@dataclass(frozen=True)
class _Outcome:
    """What a check said. rows: offending rows by column, counts only."""

    audit: Audit
    rows: list[dict[str, Any]]
    seconds: float
    comparable: bool
    accepted: str | None

    @property
    def word(self) -> str:
        if self.rows:
            return "failed" if self.accepted is None else "accepted"
        return "passed" if self.comparable else "not yet comparable"

    @property
    def blocks(self) -> bool:
        return self.word == "failed" and self.audit.blocking

    def record(self) -> dict[str, Any]:
        return {
            "name": self.audit.name,
            "kind": self.audit.kind,
            "result": self.word,
            "rows": len(self.rows),
            "seconds": round(self.seconds, 3),
            "says": self.audit.says,
            "accepted_because": self.accepted if self.rows else None,
        }


def check_accepted(accept: Mapping[str, str]) -> None:
    """UsageError where a name is not a check's, or a reason is missing."""
    names = [audit.name for audit in AUDITS]
    for name, because in accept.items():
        if name not in names:
            raise UsageError(f"There is no check {name[:40]!r}. The checks: {', '.join(names)}.")
        if not because.strip():
            raise UsageError(f"Say why {name} is accepted: --because is empty.")
        if len(because) > _LONGEST_REASON:
            raise UsageError(
                f"Say in a sentence why {name} is accepted: --because has {len(because):,} characters."
            )


def audit(night: Night, as_of: date) -> Counts:
    """Measure the built night, run every check, and record both in it.

    Raises CheckError where a blocking check fails that ``night.accept`` does not name. The failed checks are then kept
    in HOME/checks/failed.json, because the built night is removed.
    """
    if night.known_at is not None:
        return {"checks": 0}
    place = night.place
    with opened(place / DATABASE) as connection:
        _record(connection, place, "measure", measures(connection, night, as_of))
        number = night_number(place)
        nights = earlier_nights(place, number)
        done = [_carried_out(connection, audit, night, number, nights) for audit in AUDITS]
        checks = pl.DataFrame([outcome.record() for outcome in done], schema=dict(CHECK))
        history = pl.read_parquet(place / "tables" / "check_history" / "all.parquet")
        tonight = checks.with_columns(
            night=pl.lit(number, pl.Int64), run_id=pl.lit(night.run_id), as_of=pl.lit(as_of)
        )
        history = history.filter(pl.col("run_id") != night.run_id)
        _record(connection, place, "check", checks)
        _record(connection, place, "check_history", pl.concat([history, shaped(tonight, CHECK_HISTORY)]))
    _stop_where_one_blocks(night, as_of, done)
    words = [outcome.word for outcome in done]
    named = [outcome.audit.name for outcome in done if outcome.word in ("failed", "accepted")]
    return {
        "checks": len(done),
        "passed": words.count("passed"),
        "not_yet_comparable": words.count("not yet comparable"),
        "failed": words.count("failed"),
        "accepted": words.count("accepted"),
        **({"notes": [_warning(outcome) for outcome in done if outcome.rows]} if named else {}),
    }


def check_rules(night: Night, as_of: date) -> None:
    """Stop a night before it judges that ``audit`` would refuse for its rules: their logic is known before.

    Raises CheckError, as ``audit`` does.
    """
    if night.known_at is not None:
        return
    with opened() as connection:
        for text in ddl_schemas():
            connection.execute(text)
        connection.register("measures", rules_at_hand(night).to_arrow())
        connection.execute(statement("audit/measures_at_hand"))
        number = night_number(night.build)
        done = [
            _carried_out(connection, audit, night, number, 0) for audit in AUDITS if audit.needs_rules_only
        ]
    _stop_where_one_blocks(night, as_of, done)


def _stop_where_one_blocks(night: Night, as_of: date, done: Sequence[_Outcome]) -> None:
    if blocking := [outcome for outcome in done if outcome.blocks]:
        _keep(Home(night.home), night.run_id, as_of, done)
        raise CheckError(
            ", ".join(outcome.audit.name for outcome in blocking), _sentence(blocking, night.home)
        )


def checks_of(night: Path) -> list[dict[str, Any]]:
    """The checks of a night as run.check has them; none for a night of a version that made none."""
    piece = night / "tables" / "check" / "all.parquet"
    return pl.read_parquet(piece).to_dicts() if piece.is_file() else []


def nights_before(night: Path) -> list[str]:
    """Run ids of the published nights before a night, the latest last; none for a night of a version without checks."""
    piece = night / "tables" / "check_history" / "all.parquet"
    if not piece.is_file():
        return []
    runs = pl.read_parquet(piece, columns=["run_id"])["run_id"].unique(maintain_order=True)
    return [run for run in runs if run != night.name]


def failed_checks(home: Home) -> dict[str, Any] | None:
    """The failed checks that kept the last run from being published (run_id, as_of, checks); None where there are none, or
    where they are not this user's to read.
    """
    if not os.access(home.failed_checks, os.R_OK):  # not there, or the owner's
        return None
    content: dict[str, Any] = json.loads(home.failed_checks.read_text(encoding="utf-8"))
    return content


def offending(connection: duckdb.DuckDBPyConnection, audit: Audit, number: int) -> list[dict[str, Any]]:
    """The rows that a check objects to in the night of the given number: counts by rule, site or analyte."""
    text = statement(f"checks/{audit.statement or audit.name}")
    given = {
        "number": number,
        "nights": PAST_NIGHTS,
        "enough": ENOUGH_NIGHTS,
        "width": XMR,
        **audit.given,
    }
    asked = {name: value for name, value in given.items() if f"${name}" in text}
    return connection.execute(text, asked).pl().to_dicts()


def _carried_out(
    connection: duckdb.DuckDBPyConnection, audit: Audit, night: Night, number: int, earlier_nights: int
) -> _Outcome:
    start = time.perf_counter()
    rows = offending(connection, audit, number)
    comparable = not audit.compares or earlier_nights >= ENOUGH_NIGHTS
    return _Outcome(audit, rows, time.perf_counter() - start, comparable, night.accept.get(audit.name))


def _record(connection: duckdb.DuckDBPyConnection, place: Path, table: str, rows: pl.DataFrame) -> None:
    """Write a small table of the night as a piece, and again in its DuckDB file."""
    write_piece(place, table, rows)
    connection.execute(statement(f"audit/forget_{table}"))
    piece = str(place / "tables" / table / "all.parquet")
    connection.execute(statement(f"audit/record_{table}"), {"piece": piece})


def _keep(home: Home, run_id: str, as_of: date, done: Sequence[_Outcome]) -> None:
    """Keep what failed, with the offending rows, in a file that only its owner can read."""
    content = {
        "run_id": run_id,
        "as_of": as_of,
        "checks": [
            {**outcome.record(), "offending": outcome.rows[:_ROWS_KEPT], "look": _look(outcome.audit)}
            for outcome in done
            if outcome.word == "failed"
        ],
    }
    home.failed_checks.parent.mkdir(mode=0o700, exist_ok=True)
    part = home.failed_checks.with_suffix(".part")
    part.write_text(json.dumps(content, indent=2, default=str, ensure_ascii=False) + "\n", encoding="utf-8")
    part.chmod(0o600)
    part.replace(home.failed_checks)


def _look(audit: Audit) -> str:
    """A query for the published night that shows what tonight was compared with."""
    return " ".join(statement(f"looks/{audit.look}").splitlines()[1:])


def _warning(outcome: _Outcome) -> str:
    because = "" if outcome.accepted is None else f", accepted because {outcome.accepted}"
    return f"check {outcome.audit.name} ({outcome.audit.kind}) found {_counted(outcome.rows)}{because}"


def _sentence(blocking: Sequence[_Outcome], home: Path) -> str:
    found = "; ".join(f"{_counted(outcome.rows)} against {outcome.audit.says!r}" for outcome in blocking)
    first = blocking[0].audit
    named = quote(str(home))
    return (
        f"{found}. Nothing was published; the last night stays in force. `hemacohort status --home {named}` shows the "
        f'rows, and `hemacohort sql --home {named} "{_look(first)}"` what they were compared with. If they are right, '
        f'run again with --accept {first.name} --because "…".'
    )


def _counted(rows: Sequence[object]) -> str:
    return "1 row" if len(rows) == 1 else f"{len(rows):,} rows"
