"""A clock that is set back between two nights (by a person, a time server, a machine moved) mixes nothing up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from typing import Any

import polars as pl
import pytest
from small_nights import adults, count, entries, labs

from flows import kept_nights, night
from flows.home import Home
from flows.night import begin, run_night, summary

Run = Callable[..., dict[str, Any]]
Clock = Callable[[datetime], None]
FIRST = datetime(2026, 6, 2, 2, 15, tzinfo=UTC)
EARLIER = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
DAY = date(2026, 6, 30)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let nights that begin from now on begin at a time."""

    def at(moment: datetime) -> None:
        class Stopped(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Any:
                return moment.astimezone(tz)

        monkeypatch.setattr(night, "datetime", Stopped)

    return at


@pytest.fixture
def home(clock: Clock, run: Run, home_of: Callable[[str], Home]) -> Home:
    """A home whose second night, which corrects a hemoglobin, began a day before the first by its clock."""
    clock(FIRST)
    run("home", {"lab_results": labs(*count(hb="90")), "patients": adults("p")}, as_of=DAY)
    clock(EARLIER)
    corrected = {**count(hb="150")[0], "status": "corrected"}
    run("home", {"lab_results": labs(corrected)}, as_of=DAY)
    return home_of("home")


def test_a_correction_is_reported_as_one(home: Home) -> None:
    [(_, event, because, caused_by)] = entries(home)
    assert (event, because) == ("left", "corrected_result")
    assert "90 g/L became 150 g/L" in caused_by


@pytest.mark.parametrize("moment", ["2026-06-01T12:00:00", "2026-06-03T12:00:00"])
def test_what_was_known_is_known_with_all_that_came_before(clock: Clock, home: Home, moment: str) -> None:
    """By the clock the first night came later; the second one knew it all the same."""
    nights = [path.name for path in home.finished()]
    assert nights == sorted(nights, reverse=True)
    clock(datetime(2026, 6, 4, tzinfo=UTC))
    past = begin(home.root, home.root, "canonical", DAY.isoformat(), {}, known_at=moment)
    assert run_night(past)["digest"] == summary(home.night())["digest"]


def test_it_goes_back_to_the_night_before(home: Home) -> None:
    first, second = home.finished()
    assert home.night() == second
    assert kept_nights.roll_back(home.root, None) == (second.name, first.name)


def test_a_past_night_knows_no_ledger_of_later_ones(clock: Clock, home: Home, run: Run) -> None:
    """Also where a later night was asked for an earlier day."""
    clock(datetime(2026, 7, 1, 2, 15, tzinfo=UTC))
    run("home", {"lab_results": labs(*count(day="2026-06-10"))}, as_of=date(2026, 6, 20))
    known_at = "2026-06-03T12:00:00"
    past = begin(home.root, home.root, "canonical", DAY.isoformat(), {}, known_at=known_at)
    run_night(past)
    kept = [path.name for path in home.finished()]
    ledger = pl.read_parquet(past.place / "ledger.parquet")
    assert set(ledger["run_id"]) == set(kept[:2])
