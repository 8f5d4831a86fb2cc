"""Who belongs to a cohort as of a night: the newest decided draw of the last year speaks for the patient."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from transforms.context import day
from transforms.rule import INDETERMINATE, NOT_MET, TIERS, Rule

LOOK_BACK = 365  # days; older draws have aged out (DESIGN.md section 3)
TIER_NAMES = {number: name for name, number in TIERS.items()}


def membership(
    verdicts: pl.DataFrame, rules: Sequence[Rule], dead: pl.Series, as_of_day: int
) -> pl.DataFrame:
    """Members and undecided patients of every rule.

    verdicts: patient_id, index_collected_at and the status column of every rule, one row a draw. dead: ids of
    patients who died by the night; they have left. as_of_day: the night in days since 1970-01-01.
    Of the draws in the 365 days up to the night the newest that is decided (met or not met) decides; where none is
    decided but one is indeterminate the row says so. Patients decided as not met have no row. entered_on is the date
    of the first draw of the unbroken run of met draws (none not met between, no more than 365 days apart).
    """
    recent = (
        verdicts.filter(~pl.col("patient_id").is_in(dead.implode()))
        .with_columns(day=day(pl.col("index_collected_at")))
        .sort("patient_id", "index_collected_at")
    )
    return pl.concat([_one_rule(recent, rule, as_of_day) for rule in rules]).sort("rule_id", "patient_id")


def _one_rule(draws: pl.DataFrame, rule: Rule, as_of_day: int) -> pl.DataFrame:
    """Members of one rule. draws: sorted by patient and time, so that the row before is the draw before."""
    code = pl.col("code")
    ordered = draws.select("patient_id", "index_collected_at", "day", code=pl.col(rule.status_column)).filter(
        (code >= NOT_MET) | (code == INDETERMINATE)
    )
    inside = pl.col("day") >= as_of_day - LOOK_BACK
    starts = (code > NOT_MET) & (
        (code.shift(1) == NOT_MET)
        | (pl.col("day").diff() > LOOK_BACK)
        | pl.col("patient_id").ne_missing(pl.col("patient_id").shift(1))
    )
    met = (
        ordered.filter(code >= NOT_MET)
        .with_columns(entered_on=pl.when(starts).then(pl.col("index_collected_at").cast(pl.Date)))
        .with_columns(
            pl.col("entered_on").forward_fill()
        )  # a met draw never lies before its patient's first start
        .filter(inside)
        .unique("patient_id", keep="last", maintain_order=True)
    )
    open_ = (
        ordered.filter(inside & (code == INDETERMINATE))
        .join(met, on="patient_id", how="anti")
        .unique("patient_id", keep="last", maintain_order=True)
        .with_columns(entered_on=pl.col("index_collected_at").cast(pl.Date))
    )
    return pl.concat([met.filter(code > NOT_MET), open_]).select(
        "patient_id",
        rule_id=pl.lit(rule.rule_id),
        rule_version=pl.lit(rule.version, dtype=pl.Int32),
        status=pl.when(code > NOT_MET).then(pl.lit("met")).otherwise(pl.lit("indeterminate")),
        tier=code.replace_strict(TIER_NAMES, default=None, return_dtype=pl.String),
        entered_on="entered_on",
        index_collected_at="index_collected_at",
    )
