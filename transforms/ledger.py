"""The ledger: how tonight's membership differs from the last night's, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from schemas.warehouse import LEDGER
from transforms.membership import LOOK_BACK

MEMBER = ["patient_id", "rule_id"]


@dataclass(frozen=True)
class Occasion:
    """What is the same for every entry of a night.

    first: there was no night before. everybody: why everybody was judged again (``rule_changed``, ...); None if only
    those were about whom something was new, or for whom time alone could change something.
    """

    as_of: date
    run_id: str
    first: bool
    everybody: str | None


def entries(
    before: pl.DataFrame,
    after: pl.DataFrame,
    ever: pl.DataFrame,
    causes: pl.DataFrame,
    dead: pl.Series,
    occasion: Occasion,
) -> pl.DataFrame:
    """Tonight's entries (schemas.warehouse.LEDGER), sorted by rule and patient.

    before, after: membership of the last night and of this one. ever: patient_id and rule_id of everyone who was a
    member by the last night. causes: from transforms.ledger_causes, one row a patient. dead: patients who died by the night.
    """
    known = [*MEMBER, "rule_version", "status", "tier", "index_collected_at"]
    joined = before.select(known).join(
        after.select(known), on=MEMBER, how="full", coalesce=True, suffix="_after", nulls_equal=False
    )
    was, now = pl.col("status"), pl.col("status_after")
    changed = joined.filter(was.ne_missing(now) | pl.col("tier").ne_missing(pl.col("tier_after")))
    explained = (
        changed.join(
            ever.select(MEMBER).unique().with_columns(member_once=pl.lit(value=True)), on=MEMBER, how="left"
        )
        .join(causes.select("patient_id", "because", "caused_by"), on="patient_id", how="left")
        .with_columns(died=pl.col("patient_id").is_in(dead.implode()))
    )
    return (
        explained.with_columns(_because(occasion))
        .select(
            "patient_id",
            "rule_id",
            pl.coalesce("rule_version_after", "rule_version").alias("rule_version"),
            _event(),
            pl.col("tier").alias("tier_before"),
            pl.col("tier_after"),
            "because",
            pl.when(pl.col("because").is_in(_OF_THE_NIGHT))
            .then(None)
            .otherwise("caused_by")
            .alias("caused_by"),
            pl.lit(occasion.as_of).alias("as_of"),
            pl.lit(occasion.run_id).alias("run_id"),
        )
        .select(pl.col(name).cast(kind) for name, kind in LEDGER.items())
        .sort("rule_id", "patient_id")
    )


# no row of data caused them
_OF_THE_NIGHT = ["backfill", "rule_changed", "setting_changed", "aged_out", "fell_due"]


def _event() -> pl.Expr:
    was, now = pl.col("status"), pl.col("status_after")
    return (
        pl.when((now == "met") & (was == "met").fill_null(value=False))
        .then(pl.lit("tier_changed"))
        .when((now == "met") & pl.col("member_once"))
        .then(pl.lit("reentered"))
        .when(now == "met")
        .then(pl.lit("entered"))
        .when(now == "indeterminate")
        .then(pl.lit("became_indeterminate"))
        .otherwise(pl.lit("left"))
        .alias("event")
    )


def _because(occasion: Occasion) -> pl.Expr:
    gone = pl.col("status_after").is_null()
    oldest = occasion.as_of - timedelta(days=LOOK_BACK)
    # a newer count that can be decided would have decided the last night, so what is left without the old one is open
    undecided = gone | (pl.col("status_after") == "indeterminate")
    aged = undecided & (pl.col("index_collected_at").dt.date() < oldest)
    if occasion.first:
        return pl.lit("backfill").alias("because")
    rule_changed = pl.col("rule_version") != pl.col("rule_version_after")
    return (
        pl.when(rule_changed)
        .then(pl.lit("rule_changed"))
        .when(gone & pl.col("died"))
        .then(pl.lit("died"))
        .when(pl.col("because").is_in(["merged", "unmerged", "withdrawn", "corrected_result"]))
        .then("because")
        .when(aged)
        .then(pl.lit("aged_out"))
        .when(pl.col("because").is_not_null())
        .then("because")
        .otherwise(pl.lit(occasion.everybody or "fell_due"))
        .alias("because")
    )
