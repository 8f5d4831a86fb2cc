"""Reticulocytes: percent and absolute count from one another, and the production index (RULES.md 1.3, 2.3, 2.4)."""

from __future__ import annotations

import polars as pl

from transforms.interval_ends import exact, high, low, settled_ends

NORMAL_HCT = 45.0  # %, both sexes (RULES.md 2.4)
LOW_RPI = 2.0  # RULES.md 2.4
# (from so many %, factor), by the option of ri_table (RULES.md 2.4)
MATURATION = {
    "hillman": ((36, 1.0), (26, 1.5), (16, 2.0), (0, 2.5)),
    "ebmcalc": ((40, 1.0), (30, 1.5), (20, 2.0), (0, 2.5)),
    "medalg": ((40, 1.0), (35, 1.5), (25, 2.0), (15, 2.5), (0, 3.0)),
}


def reticulocytes(frame: pl.LazyFrame, *, table: str) -> pl.LazyFrame:
    """Percent and absolute count from one another; the production index with maturation correction (1.3, 2.4).

    table: an option of the switch ri_table. rpi_low_all_tables says whether the index is below 2 by every table.
    """
    red = exact("rbc")
    by_count = settled_ends(low("retic_abs") / (red * 10), high("retic_abs") / (red * 10))
    by_percent = settled_ends(low("retic_pct") * red * 10, high("retic_pct") * red * 10)
    percent = [pl.coalesce(low("retic_pct"), by_count[0]), pl.coalesce(high("retic_pct"), by_count[1])]
    absolute = [pl.coalesce(low("retic_abs"), by_percent[0]), pl.coalesce(high("retic_abs"), by_percent[1])]
    frame = frame.with_columns(
        percent[0].alias("retic_pct.lo"),
        percent[1].alias("retic_pct.hi"),
        absolute[0].alias("retic_abs.lo"),
        absolute[1].alias("retic_abs.hi"),
        pl.coalesce("retic_pct.at", "retic_abs.at").alias("retic_pct.at"),
        pl.coalesce("retic_abs.at", "retic_pct.at").alias("retic_abs.at"),
        hct_for_rpi=pl.coalesce(
            exact("hct"), (exact("rbc") * exact("mcv") / 10).round(9), (0.3 * exact("hb")).round(9)
        ),
        hct_estimated=exact("hct").is_null()
        & (exact("rbc") * exact("mcv")).is_null()
        & exact("hb").is_not_null(),
    ).with_columns(hct_for_rpi=pl.when(~pl.col("indices_unreliable")).then("hct_for_rpi"))
    hct = pl.col("hct_for_rpi")
    reported = low("rpi").is_not_null()
    by_table = {
        name: settled_ends(
            # one divisor that is a column: Polars divides the only row of a frame by a number otherwise than several
            *(pl.col(f"retic_pct.{side}") * hct / (NORMAL_HCT * _days(hct, name)) for side in ("lo", "hi"))
        )
        for name in MATURATION
    }
    index = by_table[table]
    low_by_table = [pl.coalesce(high("rpi"), upper) < LOW_RPI for _, upper in by_table.values()]
    return frame.with_columns(
        pl.coalesce(low("rpi"), index[0]).alias("rpi.lo"),
        pl.coalesce(high("rpi"), index[1]).alias("rpi.hi"),
        pl.when(reported).then("rpi.at").otherwise("retic_pct.at").alias("rpi.at"),
        rpi_low_all_tables=pl.all_horizontal(low_by_table),
        hct_estimated=pl.col("hct_estimated") & ~reported & index[0].is_not_null(),
    )


def _days(hematocrit: pl.Expr, table: str) -> pl.Expr:
    """Maturation factor of a hematocrit in %."""
    *steps, (_, last) = MATURATION[table]
    chain = pl.lit(last)
    for least, factor in reversed(steps):
        chain = pl.when(hematocrit >= least).then(factor).otherwise(chain)
    return chain
