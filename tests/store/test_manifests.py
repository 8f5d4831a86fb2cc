"""What a manifest tells of the loads behind a night: what was known when, and whether a folder was loaded as it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import pytest

from flows.manifest import Load, Manifest

FIRST = datetime(2026, 6, 1, 2, 15, 30, 250_000)
DAY = timedelta(days=1)
MERGED = {"a": "b"}


def load(
    number: int, at: datetime, merges: Mapping[str, str] | None = None, folder: str | None = None
) -> Load:
    return Load(number=number, run_id=f"run-{number}", loaded_at=at, files=(), merges=merges, folder=folder)


def manifest(*loads: Load, forgotten: int = 0) -> Manifest:
    merges = [each.merges for each in loads if each.merges is not None]
    return Manifest(
        number=len(loads),
        as_of=date(2026, 6, 30),
        slices=1,
        loads=loads,
        pieces=(),
        merges=merges[-1] if merges else {},
        newest_collected_at=None,
        lab_basis={"version": "1"},
        screen_basis={},
        forgotten=forgotten,
    )


def test_a_load_is_known_from_its_own_moment_on() -> None:
    home = manifest(load(1, FIRST), load(2, FIRST + DAY, MERGED), load(3, FIRST + 2 * DAY, {}))
    assert home.known_at(FIRST - timedelta(microseconds=1)) is None
    for moment, known in ((FIRST, 1), (FIRST + DAY - timedelta(microseconds=1), 1), (FIRST + DAY, 2)):
        then = home.known_at(moment)
        assert then is not None
        assert then.load == known


def test_merges_are_those_of_the_time_and_not_of_today() -> None:
    home = manifest(
        load(1, FIRST), load(2, FIRST + DAY, MERGED), load(3, FIRST + 2 * DAY, {}), load(4, FIRST + 3 * DAY)
    )
    then = [home.known_at(FIRST + number * DAY) for number in range(4)]
    assert [known.merges for known in then if known is not None] == [{}, MERGED, {}, {}]


@pytest.mark.parametrize(
    ("loads", "known"),
    [
        ([load(1, FIRST, folder="f")], True),
        ([load(1, FIRST, folder="other")], False),
        ([load(1, FIRST)], False),
        ([load(1, FIRST, folder="f"), load(2, FIRST + DAY, folder="other")], True),
        # a merge may have made its rows somebody else's
        ([load(1, FIRST, folder="f"), load(2, FIRST + DAY, MERGED)], False),
        ([load(1, FIRST, MERGED, folder="f")], True),
        ([load(1, FIRST, MERGED), load(2, FIRST + DAY, folder="f")], True),
    ],
)
def test_a_folder_is_known_until_another_table_of_merges_comes(loads: list[Load], known: bool) -> None:
    assert manifest(*loads).knows("f", "1") is known
    assert not manifest(*loads).knows("f", "2")


def test_a_home_is_whole_from_the_second_after_the_last_load_that_was_pruned() -> None:
    """A time given in whole seconds, as people type it, must not lie before the load."""
    loads = load(1, FIRST), load(2, FIRST + DAY)
    assert manifest(*loads).whole_since is None
    assert manifest(*loads, forgotten=1).whole_since == datetime(2026, 6, 1, 2, 15, 31)
    since = manifest(*loads, forgotten=2).whole_since
    assert since is not None
    then = manifest(*loads, forgotten=2).known_at(since)
    assert then is not None
    assert then.load == 2
