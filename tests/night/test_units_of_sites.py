"""A night over sites that leave units out, mix them up or spell them in a way nobody knows."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.home import Home
from flows.night import begin, run_night

COLUMNS = ["patient_id", "collected_at", "code_system", "code", "value", "unit", "specimen_id", "site"]
Rows = list[list[str]]


def sites(patients: int = 60) -> Rows:
    """Four sites: one without units, one that mixes g/L and g/dL, one whose counts drift, one with unknown units."""
    dice = random.Random(3)
    rows: Rows = []
    for number in range(patients):
        at = f"2026-03-{number % 28 + 1:02d} 08:00:00"
        hb = dice.uniform(10.5, 15.5)

        def add(site: str, code: str, value: str, unit: str, number: int = number, at: str = at) -> None:
            rows.append([f"{site}{number}", at, "hemacohort", code, value, unit, f"S{site}{number}", site])

        add("bare", "hb", f"{hb:.1f}", "")
        add("bare", "plt", f"{dice.uniform(150, 350):.0f}", "")
        add("bare", "ferritin", f"{dice.uniform(40, 120):.0f}", "")
        add("mixed", "hb", f"{hb:.1f}" if number % 2 else f"{10 * hb:.0f}", "g/dL" if number % 3 else "g/L")
        add("adrift", "hb", f"{hb * 10:.0f}", "g/L")
        add("adrift", "plt", f"{dice.uniform(15, 35):.0f}", "10*9/L")
        add("odd", "hb", f"{hb:.1f}", "g/mL")
    return rows


@pytest.fixture
def screened(tmp_path: Path) -> Callable[..., Path]:
    """Run a night over rows split into files; returns its folder."""

    def run(name: str, rows: Rows, files: int = 1, **flags: Any) -> Path:
        extract = tmp_path / f"extract-{name}"
        extract.mkdir()
        for part in range(files):
            with (extract / f"lab_results_{part}.csv").open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([COLUMNS, *rows[part::files]])
        home = Home(tmp_path / f"home-{name}")
        run_night(begin(home.root, extract, "canonical", "2026-04-01", flags))
        return home.night()

    return run


def asked(night: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(night / "hemacohort.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_units_of_sites_from_the_files_to_the_report(screened: Callable[..., Path]) -> None:
    rows = sites()
    night = screened("plain", rows)
    units = asked(
        night, "select site, analyte, unit, outcome, results from quality.missing_units order by analyte"
    )
    assert units == [
        ("bare", "ferritin", None, "ambiguous", 60),
        ("bare", "hb", "g/dL", "inferred", 60),
        ("bare", "plt", "10*9/L", "inferred", 60),
    ]
    flags = dict(
        asked(night, "select flag, count(*) from quality.flag where patient_id is not null group by flag")
    )
    assert (flags["HB_UNIT_INFERRED"], flags["UNIT_INFERRED"], flags["UNIT_MISSING"]) == (60, 60, 60)
    assert flags["HB_UNIT_GDL_IS_GL"] + flags["HB_UNIT_GL_IS_GDL"] > 25

    same = "select count(*) from lab.result where analyte = 'hb' and (value < 100 or value > 160)"
    assert asked(night, same) == [(0,)]
    drift = (
        "select site, analyte, month::text, rows, expected_low, expected_high from quality.site_unit_drift"
    )
    assert asked(night, drift) == [("adrift", "plt", "2026-03-01", 60, 125.0, 500.0)]
    raised = asked(
        night, "select patient_id, analyte, detail from quality.flag where flag = 'SITE_UNIT_DRIFT'"
    )
    assert raised == [(None, "plt", "adrift")]

    unknown = asked(
        night, "select analyte, unit, site, flag, rows, len(example_values) from quality.unknown_units"
    )
    assert sorted(unknown) == [
        ("ferritin", "", "bare", "UNIT_MISSING", 60, 3),
        ("hb", "g/mL", "odd", "UNIT_UNKNOWN", 60, 3),
    ]
    named = asked(night, "select count(*) from duckdb_columns() where comment is null and not internal")
    assert named == [(0,)]

    resting = "select count(*) from screen.finding where list_contains(caveats, 'UNIT_INFERRED')"
    assert asked(night, resting)[0][0] > 0
    page = (night / "report" / "index.html").read_text(encoding="utf-8")
    assert "Results without a unit" in page
    assert "Sites whose values drifted" in page
    assert "--no-unit-inference" in page


def test_inferred_units_do_not_depend_on_order_files_buckets_or_copies(screened: Callable[..., Path]) -> None:
    rows = sites(40)
    shuffled = rows * 2
    random.Random(1).shuffle(shuffled)
    digests, decisions = set(), set()
    for name, order, files, buckets in (("one", rows, 1, 1), ("many", shuffled, 3, 5)):
        night = screened(name, order, files, buckets=buckets)
        digests.add(asked(night, "select digest from run.run")[0])
        decisions.add(tuple(asked(night, "select * from quality.missing_units order by all")))
    assert len(digests) == 1
    assert len(decisions) == 1


def test_later_night_that_knows_enough_says_what_one_night_would(
    screened: Callable[..., Path], tmp_path: Path
) -> None:
    """The second load brings the month of the site without units over the least number: earlier rows are read anew."""
    rows = sites(40)
    first = [row for row in rows if int(row[0].removeprefix(row[7])) < 20]
    extract, home = tmp_path / "extract-nights", Home(tmp_path / "home-nights")
    extract.mkdir()

    def night(name: str, some: Rows) -> Path:
        with (extract / f"lab_results_{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([COLUMNS, *some])
        run_night(begin(home.root, extract, "canonical", "2026-04-01", {}))
        return home.night()

    before = night("1", first)
    assert asked(before, "select count(*) from lab.result where site = 'bare'") == [(0,)]
    after = night("2", [row for row in rows if row not in first])
    assert asked(after, "select count(*) from lab.result where site = 'bare'") == [(80,)]
    at_once = screened("at once", rows)
    for query in ("select digest from run.run", "select * from quality.missing_units order by all"):
        assert asked(after, query) == asked(at_once, query)
    quiet = night("3", [["Q1", "2026-03-30 08:00:00", "hemacohort", "hb", "11.9", "g/dL", "SQ", "adrift"]])
    assert asked(quiet, "select * from quality.missing_units order by all") == asked(
        at_once, "select * from quality.missing_units order by all"
    )


def test_without_inference_results_without_a_unit_stay_aside(screened: Callable[..., Path]) -> None:
    night = screened("strict", sites(40), unit_inference=False)
    assert asked(night, "select distinct outcome, unit from quality.missing_units") == [
        ("switched_off", None)
    ]
    assert asked(night, "select count(*) from lab.result where site = 'bare'") == [(0,)]
    assert asked(night, "select count(*) from quality.flag where flag like '%INFERRED'") == [(0,)]
