"""Kaplan-Meier against numbers worked by hand and against a published example."""

from __future__ import annotations

import polars as pl
import pytest

from transforms.survival import summary, survival


def tallies(**groups: str) -> pl.DataFrame:
    """Groups of days, a + behind the censored ones, one row a day as it comes."""
    return pl.DataFrame(
        [
            {"group": group, "days": int(text.rstrip("+")), "left": 1, "events": int(not text.endswith("+"))}
            for group, days in groups.items()
            for text in days.split()
        ],
        schema={"group": pl.String, "days": pl.Int32, "left": pl.Int64, "events": pl.Int64},
    )


def test_curve_worked_by_hand() -> None:
    curve = survival(tallies(a="5 5+ 8 10+ 12"), ["group"])
    assert curve["days"].to_list() == [5, 8, 10, 12]
    assert curve["at_risk"].to_list() == [5, 3, 2, 1]  # who is censored on day 5 was at risk on day 5
    assert curve["still_open"].to_list() == pytest.approx([4 / 5, 4 / 5 * 2 / 3, 4 / 5 * 2 / 3, 0])


def test_remission_of_leukemia_under_mercaptopurine() -> None:
    """Freireich 1963, the example of most textbooks: S(6)=0.857, S(10)=0.753, S(22)=0.538, median 23 weeks."""
    weeks = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
    row = summary(tallies(a=weeks), ["group"], (6, 10, 22, 35)).row(0, named=True)
    assert (row["n"], row["events"], row["median_days"]) == (21, 9, 23)
    assert row["pct_6"] == pytest.approx(100 - 85.714, abs=1e-3)
    assert row["pct_10"] == pytest.approx(100 - 75.294, abs=1e-3)
    assert row["pct_22"] == pytest.approx(100 - 53.782, abs=1e-3)
    assert row["pct_35"] == pytest.approx(100 - 44.818, abs=1e-3)


def test_groups_do_not_touch_and_order_does_not_matter() -> None:
    both = tallies(a="1 2 3+", b="7+ 30")
    found = summary(both, ["group"], (2,))
    assert found.equals(summary(both.reverse(), ["group"], (2,)))
    assert found["pct_2"].to_list() == pytest.approx([100 * 2 / 3, 0])
    assert found["median_days"].to_list() == [2, 30]


def test_median_of_exactly_one_half() -> None:
    """3/4 * 2/3 = 1/2."""
    found = summary(tallies(a="1 2 9+ 9+", b="3 4+ 9+ 9+"), ["group"], (1,))
    assert found["median_days"].to_list() == [2, None]


def test_nothing_is_said_beyond_the_last_day_watched() -> None:
    found = summary(tallies(open="4 20+", ended="4 20"), ["group"], (3, 20, 21)).sort("group")
    assert found["pct_3"].to_list() == [0, 0]
    assert found["pct_20"].to_list() == [100, 50]
    assert found["pct_21"].to_list() == [100, None]
