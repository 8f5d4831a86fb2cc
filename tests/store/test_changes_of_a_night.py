"""What new files change for a patient, and what the ledger says of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import pytest
from small_nights import adults, asked, count, entries, labs, members, rows_of

from flows.home import Home

Run = Callable[..., dict[str, Any]]


def test_files_are_known_by_their_content(run: Run) -> None:
    first = run("home", {"lab_results": labs(*count()), "patients": adults("p")})
    again = run("home", {"lab_results": labs(*count()), "patients": adults("p")})
    assert (first["rows"]["rows"], again["rows"]["rows"]) == (5, 0)
    assert again["digest"] == first["digest"]
    assert "2 files were loaded on an earlier night and skipped" in str(again["stages"])


def test_correction_takes_a_patient_out_and_the_ledger_says_which(
    run: Run, home_of: Callable[[str], Home]
) -> None:
    home = home_of("home")
    run("home", {"lab_results": labs(*count()), "patients": adults("p")})
    assert entries(home) == [("p", "entered", "backfill", None)]
    right = {**count(hb="150")[0], "status": "corrected", "resulted_at": "2026-06-02 08:00:00"}
    run("home", {"lab_results": labs(right)})
    assert members(home) == {}
    assert entries(home) == [
        ("p", "left", "corrected_result", "hb of 2026-06-01 08:00: 90 g/L became 150 g/L")
    ]
    seen = rows_of(home, "cohort.tonight")
    assert ("withdrawn", "p", "iron_deficiency_anemia") in [row[:3] for row in seen]


def test_cancelled_result_is_withdrawn(run: Run, home_of: Callable[[str], Home]) -> None:
    home = home_of("home")
    run("home", {"lab_results": labs(*count()), "patients": adults("p")})
    run("home", {"lab_results": labs({**count()[0], "status": "cancelled"})})
    assert members(home) == {"p": "indeterminate"}
    [(_, event, because, caused_by)] = entries(home)
    assert (event, because) == ("became_indeterminate", "withdrawn")
    assert caused_by == "hb of 2026-06-01 08:00: 90 g/L became withdrawn"


def test_merge_moves_results_and_can_be_taken_back(run: Run, home_of: Callable[[str], Home]) -> None:
    home = home_of("home")
    patients = adults("new", "old")
    before = run("home", {"lab_results": labs(*count(who="old")), "patients": patients})
    assert members(home) == {"old": "met"}
    merge = pl.DataFrame({"from_patient_id": ["old"], "to_patient_id": ["new"]})
    nothing = labs(*count(who="x", hb="150"))
    run("home", {"lab_results": nothing, "patient_merges": merge})
    assert members(home) == {"new": "met"}
    assert [row[:3] for row in entries(home)] == [("new", "entered", "merged"), ("old", "left", "merged")]
    run("home", {"lab_results": nothing, "patient_merges": merge.clear()})
    assert members(home) == {"old": "met"}
    assert [row[:3] for row in entries(home)] == [
        ("new", "left", "unmerged"),
        ("old", "reentered", "unmerged"),
    ]
    at_once = run(
        "fresh", {"lab_results": pl.concat([labs(*count(who="old")), nothing]), "patients": patients}
    )
    assert run("home", {"lab_results": nothing})["digest"] == at_once["digest"]
    assert before["digest"] != at_once["digest"]


def test_death_and_age_end_a_membership(run: Run, home_of: Callable[[str], Home]) -> None:
    home = home_of("home")
    extract = {"lab_results": labs(*count(), *count(who="q")), "patients": adults("p", "q")}
    run("home", extract)
    dead = adults("q").with_columns(death_date=pl.lit("2026-07-01"))
    run(
        "home",
        {"lab_results": labs(*count(who="q", day="2026-05-01")), "patients": dead},
        as_of=date(2026, 7, 2),
    )
    assert [row[:3] for row in entries(home)] == [("q", "left", "died")]
    run("home", extract, as_of=date(2027, 6, 1))
    assert members(home) == {"p": "met"}
    run("home", extract, as_of=date(2027, 6, 2))
    assert [row[:3] for row in entries(home)] == [("p", "left", "aged_out")]


def test_a_new_setting_is_a_reason_of_its_own(run: Run, home_of: Callable[[str], Home]) -> None:
    extract = {"lab_results": labs(*count(hb="131"), *count(who="q")), "patients": adults("p", "q")}
    run("home", extract)
    assert members(home_of("home")) == {"q": "met"}
    night = run("home", extract, timezone="Europe/Vienna")
    assert entries(home_of("home")) == []
    assert next(s["counts"]["patients"] for s in night["stages"] if s["stage"] == "ingest") is None


def test_the_record_of_a_newborn_may_come_before_any_result_of_that_day(
    run: Run, home_of: Callable[[str], Home]
) -> None:
    """A record that comes once, the night before the first blood count, is not lost: nobody is judged in the first months."""
    nights = (
        {"lab_results": labs(*count(day="2024-06-01")), "patients": adults("p")},
        {
            "lab_results": labs(*count(day="2024-06-03")),
            "patients": adults("baby").with_columns(birth_date=pl.lit("2024-06-04")),
        },
        {"lab_results": labs(*count(day="2024-06-05", who="baby"))},
    )
    for night in nights:
        run("home", night, as_of=date(2024, 6, 30))
    assert rows_of(home_of("home"), "quality.quarantine") == []
    assert members(home_of("home")) == {"p": "met"}


def test_a_result_older_than_any_other_changes_no_coverage_that_extracts_give(
    run: Run, home_of: Callable[[str], Home]
) -> None:
    """Of a patient of whom nothing came a gap falls due; the night has no reason for a cohort to jump."""
    domains = ("lab", "diagnosis", "medication", "procedure", "encounter")
    coverage = pl.DataFrame(
        [
            {"patient_id": "p", "domain": name, "observed_from": "2025-01-01", "observed_to": "9999-12-31"}
            for name in domains
        ]
    )
    extract = {"lab_results": labs(*count()), "patients": adults("p"), "coverage": coverage}
    run("home", extract, as_of=date(2026, 6, 2))
    run("home", {"lab_results": labs(*count(day="2019-05-01", who="q"))}, as_of=date(2026, 12, 15))
    home = home_of("home")
    assert entries(home, "gap_anemia_without_reticulocytes") == [("p", "entered", "fell_due", None)]
    night = home.night().name
    assert asked(home, f"SELECT DISTINCT occasion FROM run.measure WHERE run_id = '{night}'") == [(None,)]


@pytest.mark.parametrize(
    ("sent", "then", "newest"),
    [
        ({"value": "PENDING", "status": "preliminary"}, {"value": "90"}, "2026-06-02"),
        ({}, {"status": "corrected"}, "2026-06-02"),
        ({}, {"status": "entered-in-error", "value": ""}, "2026-06-01"),
    ],
)
def test_auto_is_no_longer_the_day_of_a_time_that_was_corrected(
    run: Run, home_of: Callable[[str], Home], sent: dict[str, str], then: dict[str, str], newest: str
) -> None:
    """A mistyped year moves the night until it is put right, and no further; a full rebuild says the same."""
    report = {"patient_id": "p", "result_id": "r9", "specimen_id": "s9"}
    mistyped = {**report, "collected_at": "2126-06-02 08:00", "resulted_at": "2026-06-02 10:00", **sent}
    right = {**report, "collected_at": "2026-06-02 08:00", "resulted_at": "2026-06-02 12:00", **then}
    nights = [labs(*count(), mistyped), labs(right)]
    days = [run("home", {"lab_results": rows}, as_of="auto")["as_of"] for rows in nights]
    full = run("home", {"lab_results": nights[1]}, as_of="auto", full=True)
    assert [*days, full["as_of"]] == ["2126-06-02", newest, newest]
