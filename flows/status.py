"""``hemacohort status``: the last nights, what became of the rows, and how fresh the data are.

Counts only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from flows.audit import checks_of, failed_checks
from flows.duck import opened
from flows.home import DATABASE, Home
from flows.moved import in_place
from flows.night import summary
from flows.sql import statement

_QUESTIONS = ("files", "quarantine", "freshness")


def status(root: Path, nights: int = 10) -> dict[str, pl.DataFrame]:
    """Tables of the home at ``root``, by what stands above them: nights (the newest first), files, cohorts, quarantine,
    freshness, checks, and failed checks where a blocking one kept the last run from being published.

    nights: how many to show.

    UsageError for a home without a published night.
    """
    home = Home(root.absolute())
    night = in_place(home, home.night())
    newest_first = home.finished(readable=True)[::-1][:nights]
    found: dict[str, pl.DataFrame] = {}
    with opened(night / DATABASE, read_only=True) as connection:
        found["nights"] = pl.DataFrame(
            [_night(connection, folder, in_force=folder.resolve() == night) for folder in newest_first]
        )
        for name in _QUESTIONS:
            found[name] = connection.sql(statement(f"status/{name}")).pl()
        found["cohorts"] = connection.sql(statement("warehouse/members_per_rule")).pl().drop("title")
    checks = [{name: check[name] for name in _OF_A_CHECK} for check in checks_of(night)]
    found["checks"] = pl.DataFrame(checks, infer_schema_length=None)
    if (failed := failed_checks(home)) is not None:
        found["checks that kept a run from being published"] = _failed(failed)
    return found


_OF_A_CHECK = ("name", "kind", "result", "rows", "says", "accepted_because")


def _failed(content: dict[str, Any]) -> pl.DataFrame:
    """One row per offending row that the check kept as an example."""
    return pl.DataFrame(
        [
            {
                "run": content["run_id"],
                "night": content["as_of"],
                "check": check["name"],
                "kind": check["kind"],
                "rows": check["rows"],
                "found": ", ".join(f"{name} {value}" for name, value in row.items()),
            }
            for check in content["checks"]
            for row in check["offending"]
        ]
    )


def _night(connection: duckdb.DuckDBPyConnection, folder: Path, *, in_force: bool) -> dict[str, Any]:
    """One row; patients in several cohorts are counted once."""
    content = summary(folder)
    members = connection.execute(statement("status/patients"), {"file": str(folder / "membership.parquet")})
    in_a_cohort, undetermined = members.fetchone() or (0, 0)
    return {
        "run": content["run_id"],
        "night": content["as_of"],
        "in force": "yes" if in_force else "",
        "rows": content["rows"]["rows"],
        "quarantined": content["rows"]["quarantined"],
        "patients in a cohort": in_a_cohort,
        "patients undetermined": undetermined,
        "seconds": round(sum(stage["seconds"] for stage in content["stages"]), 1),
        "peak MB": max(stage["peak_mb"] for stage in content["stages"]),
    }
