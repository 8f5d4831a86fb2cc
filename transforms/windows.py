"""Which result is selected for a draw: nearest-in-window search on one sorted integer key.

The key of a moment is ``patient << 34 | seconds`` (patient: a dense number inside the bucket; seconds: local wall
clock since 1880-01-01, which reaches to 2424, because de-identified extracts are shifted far into the future). A
window of days is then two comparisons against local midnights, and a neighbor of another patient falls outside it
by itself.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

Keys = npt.NDArray[np.int64]
_Keyed = TypeVar("_Keyed", Keys, pl.Series)
ORIGIN_DAY = 32_872  # days from 1880-01-01 to 1970-01-01
DAY = 86_400
SECOND_BITS = 34


@dataclass(frozen=True)
class Window:
    """Days around an anchor date, both ends included (RULES.md 0.5)."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.first:+d}..{self.last:+d} d"


def seconds(moment: pl.Expr) -> pl.Expr:
    """Seconds since 1880-01-01 of a naive Datetime or Date expression, as Int64."""
    return moment.cast(pl.Datetime("us")).dt.epoch("s") + ORIGIN_DAY * DAY


def key(patient: pl.Expr, moment: pl.Expr) -> pl.Expr:
    """The search key of a patient's moment, as Int64."""
    return patient.cast(pl.Int64) * (1 << SECOND_BITS) + seconds(moment)


def patient_of(key_: pl.Expr) -> pl.Expr:
    """The patient of a search key."""
    return key_ // (1 << SECOND_BITS)


def numbers(series: pl.Series) -> Keys:
    """Keys, days or patients as an array. Raises ValueError for one that has nulls, which an array cannot hold."""
    if series.null_count():
        raise ValueError(f"{series.name} has nulls")
    return series.to_numpy()


def midnight(keys: _Keyed) -> _Keyed:
    """Keys of the midnights at which the days of the keys began."""
    return keys - (keys & ((1 << SECOND_BITS) - 1)) % DAY


def bounds(anchor: Keys, window: Window) -> tuple[Keys, Keys]:
    """First and last key of a window of days around the anchor keys (n,), inclusive."""
    start = midnight(anchor)
    return start + window.first * DAY, start + ((window.last + 1) * DAY - 1)


def nearest(keys: pl.Series, anchor: pl.Series, window: Window) -> pl.Series:
    """Row number in ``keys`` (sorted ascending, unique) of the moment nearest to each anchor; null if none.

    Distance is in seconds; of two equally near the earlier one is taken (RULES.md 0.5). No key and no anchor is null.
    """
    if keys.is_empty():
        return pl.repeat(None, len(anchor), dtype=pl.Int64, eager=True)
    moments, around = numbers(keys), numbers(anchor)
    first, last = bounds(around, window)
    after = np.searchsorted(moments, around)
    before = after - 1
    next_ = moments[np.minimum(after, len(moments) - 1)]
    previous = moments[np.maximum(before, 0)]
    next_ok = (after < len(moments)) & (next_ >= first) & (next_ <= last)
    previous_ok = (before >= 0) & (previous >= first) & (previous <= last)
    take_previous = previous_ok & (~next_ok | (around - previous <= next_ - around))
    row = np.where(take_previous, before, after)
    return pl.select(pl.when(pl.Series(next_ok | previous_ok)).then(pl.Series(row))).to_series()


def any_within(keys: pl.Series, anchor: pl.Series, window: Window) -> pl.Series:
    """Whether any moment of ``keys`` (sorted) falls into the window of each anchor. No key and no anchor is null."""
    moments = numbers(keys)
    first, last = bounds(numbers(anchor), window)
    return pl.Series(np.searchsorted(moments, last, side="right") > np.searchsorted(moments, first))


def within(moment: pl.Series, anchor: pl.Series, window: Window) -> pl.Series:
    """Whether each moment falls into the window of the anchor of its row; null where there is no moment."""
    first, last = bounds(numbers(anchor), window)
    return (moment >= pl.Series(first)) & (moment <= pl.Series(last))
