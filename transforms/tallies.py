"""Tallies: counts by some keys. Those of different patients add up, and can be taken off again."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def total(
    tallies: Sequence[pl.DataFrame],
    counts: Sequence[str],
    less: Sequence[pl.DataFrame] = (),
    *,
    keep_zeros: bool = False,
) -> pl.DataFrame:
    """The sum of some tallies, one row for each combination of keys.

    counts: the columns that are added; every other column is a key. less: tallies that are taken off. All have the
    same columns. keep_zeros: keep keys whose counts have all come to 0. In no order: ordering a long tally takes longer
    than adding it up.
    """
    keys = [name for name in tallies[0].columns if name not in counts]
    parts = [*tallies, *(negative(tally, counts) for tally in less)]
    added = pl.concat(parts).group_by(keys).agg(pl.col(counts).sum())
    return added if keep_zeros else added.filter(pl.any_horizontal(pl.col(counts) > 0))


def negative(tally: pl.DataFrame, counts: Sequence[str]) -> pl.DataFrame:
    """A tally that takes off from a total what it added to it. counts: as in ``total``."""
    return tally.with_columns(-pl.col(counts))
