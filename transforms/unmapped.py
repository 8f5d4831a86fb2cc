"""What is known of rows that no rule reads: how many, from where, and how their values are distributed.

A distribution is kept as counts of logarithmic bins (20 to a decade, so that a quantile is right to 6 %): counts of
several parts of the rows only have to be added.
"""

from __future__ import annotations

import polars as pl

from schemas.tables import UNMAPPED_CODE, UNMAPPED_TEXTS, shaped

BINS_PER_DECADE = 20
ZERO, NEGATIVE = -1_000, -2_000  # bins below every logarithm
LEAST_VALUES = 20  # a quantile of fewer values would show single results
QUANTILES = {"p05": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95}


def counted(ignored: pl.DataFrame) -> pl.DataFrame:
    """``schemas.tables.UNMAPPED_CODE`` of rows as received: rows by load, texts and bin (null: no number).

    ignored: laboratory rows as received, with load.
    """
    number = pl.col("value").cast(pl.Float64, strict=False)
    bin_ = (
        pl.when(number > 0)
        .then((number.log10() * BINS_PER_DECADE).floor().clip(-900, 900))
        .when(number == 0)
        .then(ZERO)
        .when(number < 0)
        .then(NEGATIVE)
    )
    finite = pl.when(number.is_finite()).then(bin_).cast(pl.Int16)
    return shaped(ignored.group_by("load", *UNMAPPED_TEXTS, bin=finite).agg(rows=pl.len()), UNMAPPED_CODE)


def summarized(counts: pl.DataFrame) -> pl.DataFrame:
    """One row per code system, code, specimen, name, unit and site: rows, numbers, and quantiles of the numbers.

    counts: UNMAPPED_CODE, of any number of parts. The quantiles are null below LEAST_VALUES numbers; a bin stands for
    its middle.
    """
    totals = counts.group_by(UNMAPPED_TEXTS).agg(
        pl.col("rows").sum(), numbers=pl.col("rows").filter(pl.col("bin").is_not_null()).sum()
    )
    bins = (
        counts.filter(pl.col("bin").is_not_null())
        .sort(*UNMAPPED_TEXTS, "bin")
        .with_columns(
            until=pl.col("rows").cum_sum().over(UNMAPPED_TEXTS), of=pl.col("rows").sum().over(UNMAPPED_TEXTS)
        )
        .filter(pl.col("of") >= LEAST_VALUES)
        .with_columns(middle=_middle())
    )
    quantiles = bins.group_by(UNMAPPED_TEXTS).agg(
        pl.col("middle").filter(pl.col("until") >= share * pl.col("of")).min().alias(name)
        for name, share in QUANTILES.items()
    )
    return totals.join(quantiles, on=UNMAPPED_TEXTS, how="left", nulls_equal=True)


def _middle() -> pl.Expr:
    """The number a bin stands for, to three digits; every negative number counts as -1."""
    middle = pl.lit(10.0).pow((pl.col("bin").cast(pl.Float64) + 0.5) / BINS_PER_DECADE).round_sig_figs(3)
    return (
        pl.when(pl.col("bin") == ZERO).then(0.0).when(pl.col("bin") == NEGATIVE).then(-1.0).otherwise(middle)
    )
