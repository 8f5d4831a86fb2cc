"""Kaplan-Meier: how long until an event, where some are no longer watched before it comes."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

HALF = 0.5 + 1e-12  # a product of fractions that is one half on paper may miss it by a rounding


def survival(tallies: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """The Kaplan-Meier curve of each group.

    tallies: the columns ``by``, days, left (all who leave on that day, with or without the event) and events; rows of
    one group and day add up. Returns by, days, at_risk, events, left and still_open: the share that has not had the
    event after that day. Who is censored on the day of an event was at risk of it, as is the custom.
    """
    # a number for each group is compared much faster than the texts that name it
    return (
        tallies.with_columns(__group=pl.struct(by).rank("dense"))
        .group_by("__group", "days")
        .agg(pl.col(by).first(), pl.col("left", "events").sum())
        .sort("__group", "days")
        .with_columns(at_risk=pl.col("left").cum_sum(reverse=True).over("__group"))
        .with_columns(still_open=(1 - pl.col("events") / pl.col("at_risk")).cum_prod().over("__group"))
        .select(*by, "days", "at_risk", "events", "left", "still_open")
    )


def summary(tallies: pl.DataFrame, by: Sequence[str], horizons: Sequence[int]) -> pl.DataFrame:
    """For each group: n, events, median_days, and ``pct_<days>``, the percentage that had the event by then.

    tallies: as for ``survival``. median_days is the first day at which half have had the event, null if the curve does
    not come down to one half. A percentage is null where nobody was watched that long and the curve had not ended: the
    curve says nothing beyond its last day.
    """
    curve = survival(tallies, by)
    days, still_open = pl.col("days"), pl.col("still_open")
    percentages = {
        f"pct_{horizon}": pl.when((days.max() >= horizon) | (still_open.last() <= 0)).then(
            100 * (1 - still_open.filter(days <= horizon).last().fill_null(1.0))
        )
        for horizon in horizons
    }
    return curve.group_by(by, maintain_order=True).agg(
        n=pl.col("left").sum(),
        events=pl.col("events").sum(),
        median_days=days.filter(still_open <= HALF).first(),
        **percentages,
    )
