"""Pregnancy and trimester at a draw, from coded episodes (RULES.md 0.5, 5.1)."""

from __future__ import annotations

import polars as pl

from transforms.context import Intervals

PREGNANCY_DAYS = 42 * 7  # RULES.md 5.1 [D]
PREGNANCY_CODE = (-30, 60)  # days that a code without a week covers (RULES.md 5.1 [D])


def pregnancy_columns(draws: pl.DataFrame, coded: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """pregnant (Boolean) and trimester (Int8, null if no gestational week is known) per draw.

    A week code dates the whole pregnancy of 42 weeks; another pregnancy code covers the 30 days before to the 60
    days after it, and as an episode (RULES.md 0.5) that lasts longer the days to its end, 42 weeks at most; a delivery
    or end-of-pregnancy code ends either (RULES.md 5.1). T1 <14+0, T2 14+0..27+6, T3 >=28+0 weeks (0.5).

    draws: patient, day, sex. coded: as of ``transforms.context.coded_events``.
    """
    ends = coded["pregnancy_end"].select("patient", ended=pl.col("first")).sort("patient", "ended")
    week = pl.col("code").str.replace_all(".", "", literal=True).str.slice(3, 2).cast(pl.Int64, strict=False)
    weeks = pl.when(week == 1).then(7).when(week == 49).then(43).otherwise(week)
    dates = pl.col("code").str.starts_with("Z3A") & weeks.is_between(7, 43).fill_null(value=False)
    dated = (
        coded["gestational_week"]
        .filter(dates)  # a week code without a week, such as Z3A.00, is a pregnancy code like any other
        .with_columns(week=weeks)
        .with_columns(first=pl.col("first") - 7 * pl.col("week"))
        .with_columns(last=pl.col("first") + PREGNANCY_DAYS)
    )
    before, after = PREGNANCY_CODE
    other = (
        coded["pregnancy"]
        .filter(~dates)
        .with_columns(
            first=pl.col("first") + before,
            last=pl.max_horizontal(
                pl.col("first") + after, pl.min_horizontal("last", pl.col("first") + PREGNANCY_DAYS)
            ),
        )
    )
    female = draws["sex"].eq_missing("male").not_()
    within_dated, started = _inside(draws, _ended(dated, ends))
    within_other, _ = _inside(draws, _ended(other, ends))
    return pl.DataFrame(
        {"d": within_dated, "o": within_other, "f": female, "age": draws["day"] - started}
    ).select(
        pregnant=(pl.col("d") | pl.col("o")) & pl.col("f"),
        trimester=pl.when(pl.col("d") & pl.col("f"))
        .then(pl.when(pl.col("age") < 14 * 7).then(1).when(pl.col("age") < 28 * 7).then(2).otherwise(3))
        .cast(pl.Int8),
    )


def _ended(episodes: pl.DataFrame, ends: pl.DataFrame) -> pl.DataFrame:
    """Cut each episode at the first end-of-pregnancy code on or after its start."""
    return (
        episodes.select("patient", "first", "last")
        .sort("patient", "first")
        .join_asof(
            ends, left_on="first", right_on="ended", by="patient", strategy="forward", check_sortedness=False
        )
        .with_columns(last=pl.min_horizontal("last", "ended"))
        .select("patient", "first", "last")
    )


def _inside(draws: pl.DataFrame, episodes: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Whether a draw lies inside an episode, and the start of the latest episode that began by then."""
    spans = Intervals(episodes)
    inside = spans.overlap(draws["patient"], draws["day"], 0, 0)
    starts = Intervals(episodes.with_columns(last="first")).latest_end(draws["patient"], draws["day"])
    return inside, starts
