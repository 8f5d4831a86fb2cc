"""Which night is screened: a day, auto, or today."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from flows.errors import UsageError
from flows.home import Home
from flows.night import begin, run_night


@pytest.mark.parametrize(
    ("asked", "night_of"), [("auto", date(2026, 6, 1)), ("2026-06-15", date(2026, 6, 15))]
)
def test_night_asked_for(asked: str, night_of: date, stubbed: None, home: Home, tmp_path: Path) -> None:
    content = run_night(begin(home.root, tmp_path, "canonical", asked, {}))
    assert content["as_of"] == night_of.isoformat()


def test_night_is_today_in_the_zone_of_the_home_unless_asked_for(
    stubbed: None, home: Home, tmp_path: Path
) -> None:
    night = begin(home.root, tmp_path, "canonical", None, {"timezone": "Pacific/Kiritimati"})
    assert run_night(night)["as_of"] == night.started_at.date().isoformat()


@pytest.mark.parametrize("asked", ["yesterday", "2026-13-01", "30.06.2026", ""])
def test_night_that_is_no_day_is_wrong_usage(asked: str, home: Home, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--as-of"):
        begin(home.root, tmp_path, "canonical", asked, {})
