"""Every line of docs/time.md about laboratory results."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import polars as pl
import pytest

from tests.pages import table_under
from transforms.results import Normalized
from transforms.times import clock_changes, read_times

Normalize = Callable[..., Normalized]
HB = {"code": "hb", "unit": "g/dL", "value": "9"}
COLLECTED = table_under("time.md", "When the specimen was taken")
REPORTED = table_under("time.md", "When it was reported")


def names(text: str) -> list[str]:
    return text.split(",") if text else []


def test_the_page_has_its_tables() -> None:
    assert len(COLLECTED) > 30
    assert len(REPORTED) > 8


@pytest.mark.parametrize(("sent", "read_as", "says"), COLLECTED)
def test_collection_time(normalize: Normalize, sent: str, read_as: str, says: str) -> None:
    done = normalize({**HB, "collected_at": sent})
    if read_as == "quarantined":
        assert done.quarantine["reasons"].to_list() == [names(says)]
        assert done.reported.is_empty()
        return
    assert [str(at) for at in done.results["collected_at"]] == [read_as]
    assert done.results["flags"].to_list() == [names(says)]
    assert done.flags["flag"].to_list() == names(says)


@pytest.mark.parametrize(("collected", "sent", "read_as", "says"), REPORTED)
def test_report_time(normalize: Normalize, collected: str, sent: str, read_as: str, says: str) -> None:
    done = normalize({**HB, "collected_at": collected, "resulted_at": sent})
    assert [str(at) for at in done.results["resulted_at"]] == ["None" if read_as == "nothing" else read_as]
    assert done.results["flags"].to_list() == [names(says)]


def test_counts_of_a_date_are_one_draw_apart_from_a_timed_one(normalize: Normalize) -> None:
    done = normalize(
        {**HB, "collected_at": "2026-01-02"},
        {**HB, "code": "plt", "unit": "G/L", "collected_at": "2026-01-02"},
        {**HB, "collected_at": "2026-01-02 07:00"},
    )
    assert sorted(done.results["collected_at"].unique().to_list()) == [
        datetime(2026, 1, 2),
        datetime(2026, 1, 2, 7),
    ]


@pytest.mark.parametrize(
    ("timezone", "skipped", "twice"),
    [
        ("UTC", None, None),
        ("America/New_York", "2026-03-08 02:00:00", "2026-11-01 01:59:59"),
        ("America/Sao_Paulo", "2018-11-04 00:30:00", "2018-02-17 23:30:00"),
        ("Australia/Lord_Howe", "2026-10-04 02:15:00", "2026-04-05 01:45:00"),
        ("Pacific/Apia", "2011-12-30 12:00:00", None),  # a day that was left out
    ],
)
def test_clock_changes_of_other_places(timezone: str, skipped: str | None, twice: str | None) -> None:
    for text, expected in ((skipped, (True, False)), (twice, (False, True))):
        if text is not None:
            found = clock_changes(read_times(pl.Series([text, None]), timezone), timezone)
            assert tuple(part.to_list() for part in found) == tuple([on, False] for on in expected)
    times = pl.Series(pl.datetime_range(datetime(2026, 1, 1), datetime(2027, 1, 1), "15m", eager=True))
    found = clock_changes(times, timezone)
    assert not (found[0] & found[1]).any()
    assert [int(part.sum()) for part in found] == {
        "UTC": [0, 0],
        "America/New_York": [4, 4],
        "America/Sao_Paulo": [0, 0],
        "Australia/Lord_Howe": [2, 2],
        "Pacific/Apia": [0, 0],
    }[timezone]


def test_no_time_is_no_change() -> None:
    nothing = pl.Series([None, None], dtype=pl.Datetime("us"))
    assert [part.to_list() for part in clock_changes(nothing, "Europe/Berlin")] == [[False, False]] * 2


def test_many_times_are_read_as_each_is_alone() -> None:
    clocks = ["2026-03-29T01:30:00", "2026-03-29 03:00:00", "2026-10-25T02:30:59", "2026-01-02T07:05:60"]
    ends = [
        "Z",
        "z",
        "+01:00",
        "+0130",
        "-05",
        " +02:00",
        ".000-03:30",
        ",0Z",
        ".250Z",
        "+15:00",
        "",
        "x",
        "+1",
    ]
    texts = pl.Series([clock + end for clock in clocks for end in ends])
    alone = [read_times(pl.Series([text]), "Europe/Vienna")[0] for text in texts]
    assert read_times(texts, "Europe/Vienna").to_list() == alone
    assert datetime(2026, 3, 29, 3, 30) in alone  # 01:30 in UTC
    many = pl.Series([f"2026-01-02T07:05:09.{part:03}Z" for part in range(1000)])
    assert read_times(many, "UTC").to_list() == [
        datetime(2026, 1, 2, 7, 5, 9, 1000 * part) for part in range(1000)
    ]
