"""What the rules look for, and what a column holds, is in the warehouse of every night."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from flows.home import Home
from flows.query import ask
from schemas.value_sets import CODE_SETS


@pytest.mark.usefixtures("night")
def test_value_sets_are_in_the_warehouse_with_their_versions(home: Home) -> None:
    found = ask(home.root, "SELECT * FROM reference.value_set")
    assert found.height == sum(len(item.codes) for item in CODE_SETS.values())
    (iron,) = found.filter(value_set="intravenous_iron", code_system="ATC").iter_rows(named=True)
    assert (iron["code"], iron["match"], iron["domain"], iron["version"]) == (
        "B03AC",
        "prefix",
        "medication",
        1,
    )
    assert found["display"].null_count() == found["code_source"].null_count() == 0


def test_the_run_names_the_version_of_each_value_set(night: Path) -> None:
    content = json.loads((night / "run.json").read_text(encoding="utf-8"))
    assert content["value_sets"] == {name: item.version for name, item in CODE_SETS.items()}


def test_lists_of_patients_say_that_they_are_no_diagnosis(night: Path) -> None:
    with duckdb.connect(str(night / "hemacohort.duckdb"), read_only=True) as connection:
        comments = connection.execute(
            "SELECT schema_name || '.' || view_name, comment FROM duckdb_views() WHERE NOT internal "
            "AND (schema_name = 'cohort' OR view_name = 'finding')"
        ).fetchall()
    assert len(comments) == 5
    assert not [name for name, comment in comments if "not a diagnosis" not in comment]


def test_verdicts_of_a_follow_up_say_as_of_when_they_are(night: Path) -> None:
    with duckdb.connect(str(night / "hemacohort.duckdb"), read_only=True) as con:
        comments = con.execute(
            "SELECT comment FROM duckdb_columns() WHERE starts_with(column_name, 'followed_') "
            "OR (table_name = 'why' AND column_name = 'verdict')"
        ).fetchall()
    assert len(comments) > 5
    assert all("as of the night the draw was last judged on" in comment for (comment,) in comments)


@pytest.mark.parametrize(
    ("table", "column", "says"),
    [
        ("lab.result", "unit", "canonical unit"),
        ("quality.quarantine", "unit", "unit text as received"),
        ("quality.quarantine", "value", "value text as received"),
        ("quality.unknown_units", "unit", "unit text as received"),
        ("quality.unmapped_codes", "median", "median of the numbers, as sent"),
        ("quality.site_unit_drift", "median", "median in the canonical unit"),
        ("run.site_results", "newest", "after the night too"),
        ("run.measure", "newest", "not after the night"),
    ],
)
def test_a_comment_says_what_the_column_holds_in_its_own_table(
    night: Path, table: str, column: str, says: str
) -> None:
    with duckdb.connect(str(night / "hemacohort.duckdb"), read_only=True) as con:
        found = con.execute(
            "SELECT comment FROM duckdb_columns() WHERE schema_name || '.' || table_name = ? AND column_name = ?",
            [table, column],
        ).fetchone()
    assert found is not None
    assert says in found[0]
