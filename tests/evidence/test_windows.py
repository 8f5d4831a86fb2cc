"""Nearest-in-window search, held against a plain second engine on random histories."""

from datetime import datetime, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from transforms.windows import Window, any_within, key, nearest

START = datetime(2024, 6, 15)
moments = st.integers(0, 60 * 24 * 6).map(lambda step: START + timedelta(minutes=10 * step - 60 * 24 * 30))
people = st.lists(st.tuples(st.integers(0, 3), moments), min_size=1, max_size=25, unique=True)


def keys(rows: list[tuple[int, datetime]]) -> pl.Series:
    frame = pl.DataFrame(rows, schema={"who": pl.Int64, "at": pl.Datetime("us")}, orient="row")
    return frame.select(key(pl.col("who"), pl.col("at"))).to_series().sort()


def in_window(anchor: datetime, other: datetime, window: Window) -> bool:
    return window.first <= (other.date() - anchor.date()).days <= window.last


@given(people, people, st.integers(-40, 5), st.integers(0, 40))
def test_nearest_agrees_with_a_plain_search(
    results: list[tuple[int, datetime]], draws: list[tuple[int, datetime]], first: int, length: int
) -> None:
    window = Window(first, first + length)
    results, draws = sorted(results), sorted(draws)
    found = nearest(keys(results), keys(draws), window).to_list()
    within = any_within(keys(results), keys(draws), window).to_list()
    for (who, at), row, any_ in zip(draws, found, within, strict=True):
        near = [
            (abs(moment - at), moment)
            for owner, moment in results
            if owner == who and in_window(at, moment, window)
        ]
        # the plain search looks at all of them; the fast one must find the same moment wherever the window holds
        # one on either side of the anchor that is nearest of all
        assert any_ == bool(near)
        if window.first <= 0 <= window.last:
            assert (None if row is None else results[row][1]) == (min(near)[1] if near else None)


def test_ties_go_to_the_earlier() -> None:
    results = [(1, START - timedelta(hours=3)), (1, START + timedelta(hours=3))]
    assert nearest(keys(results), keys([(1, START)]), Window(-1, 1)).to_list() == [0]


def test_no_results_no_rows() -> None:
    empty = pl.Series([], dtype=pl.Int64)
    assert nearest(empty, keys([(1, START)]), Window(-1, 1)).to_list() == [None]
    assert any_within(empty, keys([(1, START)]), Window(-1, 1)).to_list() == [False]
