"""Medians of counted values, the same whatever the order of the rows: always one of the values, never between two."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def medians(counted: pl.DataFrame, by: Sequence[str], value: str, name: str) -> pl.DataFrame:
    """One row per group: the group and, under ``name``, its lower median.

    counted: the columns of ``by``, value (no nulls) and rows, how often the value occurs; a value may be in several
    rows. Infinite values count as the largest or smallest.
    """
    added = counted.group_by([*by, value]).agg(pl.col("rows").sum()).sort([*by, value])
    reached = pl.col("rows").cum_sum().over(by)
    whole = pl.col("rows").sum().over(by)
    return added.filter(2 * reached >= whole).group_by(by).agg(pl.col(value).min().alias(name))
