"""Pregnancy and trimester at a draw, from coded episodes (RULES.md 0.5, 5.1)."""

from __future__ import annotations

import polars as pl

from transforms.context import Intervals, bare

PREGNANCY_DAYS = 42 * 7  # RULES.md 5.1 [D]
PREGNANCY_CODE = (-30, 60)  # days that a code without a week covers (RULES.md 5.1 [D])


def pregnancy_columns(draws: pl.DataFrame, coded: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """pregnant (Boolean) and trimester (Int8, null if no gestational week is known) per draw.

    A week code dates the whole pregnancy of 42 weeks, which lasts to the code's own day where that is later, and of
    several the nearest tells the trimester; another pregnancy code covers the 30 days before to the 60 days after it,
    and as an episode (RULES.md 0.5) that lasts longer the days to its end, 42 weeks at most; a delivery or
    end-of-pregnancy code ends either (RULES.md 5.1). T1 <14+0, T2 14+0..27+6, T3 >=28+0 weeks (0.5).

    draws: patient, day, sex. coded: as of ``transforms.context.coded_events``.
    """
    ends = coded["pregnancy_end"].select("patient", ended=pl.col("first")).sort("patient", "ended")
    week = bare(pl.col("code")).str.slice(3, 2).cast(pl.Int64, strict=False)
    weeks = pl.when(week == 1).then(7).when(week == 49).then(43).otherwise(week)
    dates = bare(pl.col("code")).str.starts_with("Z3A") & weeks.is_between(7, 43).fill_null(value=False)
    dated = (
        coded["gestational_week"]
        .filter(dates)  # a week code without a week, such as Z3A.00, is a pregnancy code like any other
        .with_columns(week=weeks)
        .with_columns(recorded=pl.col("first"), first=pl.col("first") - 7 * pl.col("week"))
        # who is recorded as beyond 42 weeks (Z3A.49) is pregnant that day
        .with_columns(last=pl.max_horizontal(pl.col("first") + PREGNANCY_DAYS, "recorded"))
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
    within_other = Intervals(_ended(other, ends)).overlap(draws["patient"], draws["day"], 0, 0)
    return pl.DataFrame(
        {"o": within_other, "f": female, "age": _gestation(draws, _ended(dated, ends))}
    ).select(
        pregnant=(pl.col("age").is_not_null() | pl.col("o")) & pl.col("f"),
        trimester=pl.when(pl.col("age").is_not_null() & pl.col("f"))
        .then(pl.when(pl.col("age") < 14 * 7).then(1).when(pl.col("age") < 28 * 7).then(2).otherwise(3))
        .cast(pl.Int8),
    )


def _ended(episodes: pl.DataFrame, ends: pl.DataFrame) -> pl.DataFrame:
    """Cut each episode at the first end-of-pregnancy code on or after its start."""
    return (
        episodes.sort("patient", "first")
        .join_asof(
            ends, left_on="first", right_on="ended", by="patient", strategy="forward", check_sortedness=False
        )
        .with_columns(last=pl.min_horizontal("last", "ended"))
    )


def _gestation(draws: pl.DataFrame, episodes: pl.DataFrame) -> pl.Series:
    """Days of gestation at each draw, by the week code recorded nearest to it; null outside every pregnancy.

    Codes tell completed weeks, so those of one pregnancy date it up to six days apart. Of two equally near the earlier
    is taken (RULES.md 0.5), of two on one day the one further on.
    """
    day = pl.col("day")
    found = (
        draws.select("patient", "day")
        .unique()
        .join(episodes, on="patient")
        .filter(day.is_between("first", "last"))
        .sort((day - pl.col("recorded")).abs(), "recorded", "first")
        .unique(["patient", "day"], keep="first", maintain_order=True)
        .select("patient", "day", age=day - pl.col("first"))
    )
    return draws.join(found, on=["patient", "day"], how="left", maintain_order="left")["age"]
