"""Times to care put together: tallies that buckets share, and the Kaplan-Meier estimates of all of them (RULES.md 4.30)."""

from __future__ import annotations

from datetime import date

import polars as pl

from schemas.gaps import GAP_METRIC, GAP_TALLY, HORIZONS
from schemas.tables import shaped
from transforms.gap_measures import MEASURES
from transforms.survival import summary

GAP_COUNTS = ("left", "events")
STRATA = ("site", "sex", "age_band")


def gap_tallies(times: pl.DataFrame) -> pl.DataFrame:
    """What patients add to each measure and stratum (``schemas.gaps.GAP_TALLY``); tallies of different patients add up.

    times: ``schemas.gaps.GAP_TIME``. A gap that only the night censored has no days yet: it is watched on every night.
    """
    parts = []
    for stratum in ("all", *STRATA):
        value = pl.lit(None, pl.String) if stratum == "all" else pl.col(stratum)
        parts.append(_left(times, "days", "clock_start", value).with_columns(stratum=pl.lit(stratum)))
    strata = times.drop_nulls("strata").explode("strata")
    # a value may hold "=" itself
    named = pl.col("strata").str.splitn("=", 2).struct.rename_fields(["name", "value"])
    known = pl.when(pl.col("value") != "").then("value")
    parts += [
        _left(of_one, "days", "clock_start", known).with_columns(stratum=pl.lit(name))
        for (name,), of_one in strata.with_columns(named)
        .unnest("strata")
        .partition_by("name", as_dict=True)
        .items()
    ]
    reported = times.drop_nulls("days_from_result")
    from_result = _left(reported, "days_from_result", "resulted_on", pl.lit("result"))
    return shaped(pl.concat([*parts, from_result.with_columns(stratum=pl.lit("clock"))]), GAP_TALLY)


def _left(times: pl.DataFrame, days: str, start: str, value: pl.Expr) -> pl.DataFrame:
    open_still = pl.col("censored_by").eq_missing(pl.lit("night"))
    return times.group_by(
        "metric",
        stratum_value=value,
        days=pl.when(~open_still).then(days),
        open_since=pl.when(open_still).then(start),
    ).agg(left=pl.len().cast(pl.Int64), events=pl.col("closed").sum().cast(pl.Int64))


def gap_metrics(tallies: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """``schemas.gaps.GAP_METRIC``: the Kaplan-Meier estimates of each measure, of all and of each stratum.

    tallies: ``schemas.gaps.GAP_TALLY``. as_of: the night, up to which gaps still open are watched.
    """
    watched = (pl.lit(as_of) - pl.col("open_since")).dt.total_days().clip(lower_bound=0)
    left = tallies.with_columns(days=pl.coalesce("days", watched.cast(pl.Int32)))
    says = {measure.metric: measure.says for measure in MEASURES}
    order = {metric: number for number, metric in enumerate(says)}
    whole = summary(left, ("metric", "stratum", "stratum_value"), HORIZONS).with_columns(
        says=pl.col("metric").replace_strict(says, return_dtype=pl.String),
        order=pl.col("metric").replace_strict(order, return_dtype=pl.Int64),
    )
    return shaped(whole.sort("order", "stratum", "stratum_value", nulls_last=True), GAP_METRIC)
