"""Which result speaks for a draw: nearest-in-window search on one sorted integer key.

The key of a moment is ``patient << 34 | seconds`` (patient: a dense number inside the bucket; seconds: local wall
clock since 1880-01-01, which reaches to 2424, because de-identified extracts are shifted far into the future). A
window of days is then two comparisons against local midnights, and a neighbor of another patient falls outside it
by itself.
"""

from dataclasses import dataclass

import polars as pl

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


def bounds(anchor: pl.Series, window: Window) -> tuple[pl.Series, pl.Series]:
    """First and last key of a window of days around the anchor keys (n,), inclusive. Null anchors stay null."""
    midnight = anchor - (anchor % (1 << SECOND_BITS)) % DAY
    return midnight + window.first * DAY, midnight + (window.last + 1) * DAY - 1


def nearest(keys: pl.Series, anchor: pl.Series, window: Window) -> pl.Series:
    """Row number in ``keys`` (sorted ascending, unique) of the moment nearest to each anchor; null if none.

    Distance is in seconds; of two equally near the earlier one is taken (RULES.md 0.5).
    """
    if keys.is_empty():
        return pl.repeat(None, len(anchor), dtype=pl.Int64, eager=True)
    low, high = bounds(anchor, window)
    after = keys.search_sorted(anchor, side="left").cast(pl.Int64)
    last = len(keys) - 1
    frame = pl.DataFrame({"anchor": anchor, "low": low, "high": high, "after": after}).with_columns(
        next_key=keys.gather(after.clip(0, last)), previous_key=keys.gather((after - 1).clip(0, last))
    )
    next_ok = (
        (pl.col("after") <= last)
        & (pl.col("next_key") <= pl.col("high"))
        & (pl.col("next_key") >= pl.col("low"))
    )
    previous_ok = (
        (pl.col("after") >= 1)
        & (pl.col("previous_key") >= pl.col("low"))
        & (pl.col("previous_key") <= pl.col("high"))
    )
    nearer = pl.col("anchor") - pl.col("previous_key") <= pl.col("next_key") - pl.col("anchor")
    return frame.select(
        row=pl.when(previous_ok & (~next_ok | nearer))
        .then(pl.col("after") - 1)
        .when(next_ok)
        .then(pl.col("after"))
        .otherwise(None)
    ).to_series()


def any_within(keys: pl.Series, anchor: pl.Series, window: Window) -> pl.Series:
    """Whether any moment of ``keys`` (sorted) falls into the window of each anchor."""
    low, high = bounds(anchor, window)
    return keys.search_sorted(high, side="right") > keys.search_sorted(low, side="left")
