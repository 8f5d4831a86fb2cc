"""A night that only adds results to a patient leaves those he has as they are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from small_nights import adults, asked, count, labs

from flows.generations import ADDED, bucket_number, pieces_of
from flows.home import Home
from transforms.affected_patients import only_added

Run = Callable[..., dict[str, Any]]
KEYS = {"patient_id": pl.String, "collected_at": pl.String, "result_id": pl.String}
OLD = [("p", "2026-06-01 08:00:00", "r1"), ("p", "2026-05-01T23:30:00Z", None), ("q", "some day", "r9")]


@pytest.mark.parametrize(
    ("new", "added"),
    [
        (("p", "2026-06-02 08:00:00", "r2"), True),  # another day, another result
        (("p", "2026-06-01 23:00:00", "r2"), False),  # a result of the day may settle what another is
        (("p", "2026-06-02 08:00:00", " r1"), False),  # the later report of one id counts, whatever its day
        (("p", "2026-05-02 01:00:00", None), False),  # the same day in the zone of the home
        (("p", "2026-05-01 12:00:00", None), True),  # the same day in another zone only
        (("p", "some day", "r2"), False),  # nobody knows which day
        (("p", "2026-06-02 08:00:00", None), True),  # no id is no id in common
        (("q", "2026-06-01 08:00:00", "r1"), True),  # another patient's day and id
        (("new", "2026-06-01 08:00:00", "r1"), True),  # nothing is known of the patient
    ],
)
def test_rows_have_to_do_with_each_other_by_their_day_or_their_id(
    new: tuple[str, str, str | None], added: bool
) -> None:
    came, was = (pl.DataFrame(rows, schema=KEYS, orient="row") for rows in ([new], OLD))
    assert only_added(came, was, timezone="Europe/Vienna").to_list() == ([new[0]] if added else [])


def test_one_row_that_touches_an_old_one_is_enough() -> None:
    rows = [
        ("p", "2026-06-02 08:00:00", "r2"),
        ("p", "2026-06-01 09:00:00", "r3"),
        (None, "2026-06-01", "r4"),
    ]
    came, was = (pl.DataFrame(rows, schema=KEYS, orient="row") for rows in (rows, OLD))
    assert only_added(came, was, timezone="UTC").is_empty()


def test_only_what_is_new_is_written(run: Run, home_of: Callable[[str], Home]) -> None:
    """p has another blood count, q one of the same day, r is corrected under its id, s is new, t moves; then p is mended."""
    people = adults("p", "q", "r", "s", "t", "u")
    first = [row for who in "pqrt" for row in count(who=who)]
    second = [
        *count(who="p", day="2026-06-09"),
        *count(who="q", hb="95", day="2026-06-01"),
        {**count(who="r", hb="150")[0], "collected_at": "2026-06-09 08:00:00", "status": "corrected"},
        *count(who="s"),
        *count(who="t", day="2026-06-09"),
    ]
    moved = pl.DataFrame({"from_patient_id": ["u"], "to_patient_id": ["t"]})
    run("grown", {"lab_results": labs(*first), "patients": people})
    run("grown", {"lab_results": labs(*second), "patient_merges": moved})
    home = home_of("grown")
    assert written(home.night()) == ({"p": 4, "s": 4}, {"q": 5, "r": 5, "t": 8})
    third = [{**count(who="p", hb="150")[0], "status": "corrected", "resulted_at": "2026-06-10 08:00:00"}]
    grown = run("grown", {"lab_results": labs(*third), "patient_merges": moved})
    assert written(home.night()) == ({}, {"p": 9})
    rows = [labs(*some) for some in (first, second, third)]
    at_once = run("at_once", {"lab_results": pl.concat(rows), "patients": people, "patient_merges": moved})
    assert grown["digest"] == at_once["digest"]
    everything = (
        "SELECT patient_id, collected_at, analyte, value, superseded_at IS NULL FROM lab.result ORDER BY ALL"
    )
    assert asked(home, everything) == asked(home_of("at_once"), everything)


def written(night: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Results of tonight's pieces by patient: added to earlier ones, and derived again."""
    pieces = pieces_of(night / "tables", "lab_result")
    found: tuple[dict[str, int], dict[str, int]] = ({}, {})
    for piece in pieces[max(pieces)]:
        rows = pl.read_parquet(piece).group_by("patient_id").len().sort("patient_id")
        found[0 if bucket_number(piece) == ADDED else 1].update(rows.iter_rows())
    return found
