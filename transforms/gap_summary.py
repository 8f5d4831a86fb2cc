"""Times to care put together: tallies that buckets share, and the Kaplan-Meier estimates of all of them (RULES.md 4.30)."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from schemas.gaps import GAP_METRIC, GAP_TALLY, HORIZONS
from schemas.tables import shaped
from transforms.context import day
from transforms.gap_measures import MEASURES
from transforms.survival import summary

STRATA = ("site", "sex", "age_band")


def seen_at(times: pl.DataFrame, as_of_day: int) -> pl.DataFrame:
    """Times to care as seen on another night: a gap that only the night censored was watched until then.

    as_of_day: the night, in days since 1970-01-01, not before the one the times were taken on.
    """
    open_still = pl.col("censored_by").eq_missing(pl.lit("night"))
    watched = as_of_day - day(pl.col("clock_start"))
    return times.with_columns(
        days=pl.when(open_still).then(watched).otherwise("days").cast(times.schema["days"])
    )


def gap_tallies(times: pl.DataFrame) -> pl.DataFrame:
    """How many left on which day, by measure and stratum (``schemas.gaps.GAP_TALLY``): all that buckets must share."""
    parts = []
    for stratum in ("all", *STRATA):
        value = pl.lit(None, pl.String) if stratum == "all" else pl.col(stratum)
        parts.append(
            times.group_by("metric", stratum_value=value, days="days")
            .agg(left=pl.len(), events=pl.col("closed").sum())
            .with_columns(stratum=pl.lit(stratum))
        )
    parts.append(
        times.drop_nulls("days_from_result")
        .group_by("metric", days="days_from_result")
        .agg(left=pl.len(), events=pl.col("closed").sum())
        .with_columns(stratum=pl.lit("clock"), stratum_value=pl.lit("result"))
    )
    return shaped(pl.concat(parts, how="diagonal"), GAP_TALLY)


def gap_metrics(tallies: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """``schemas.gaps.GAP_METRIC``: the Kaplan-Meier estimates of each measure, of all and of each stratum."""
    says = {measure.metric: measure.says for measure in MEASURES}
    order = {metric: number for number, metric in enumerate(says)}
    whole = summary(pl.concat(tallies), ("metric", "stratum", "stratum_value"), HORIZONS).with_columns(
        says=pl.col("metric").replace_strict(says, return_dtype=pl.String),
        order=pl.col("metric").replace_strict(order, return_dtype=pl.Int64),
    )
    return shaped(whole.sort("order", "stratum", "stratum_value", nulls_last=True), GAP_METRIC)
