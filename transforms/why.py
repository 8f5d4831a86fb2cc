"""The why as data: one row per criterion of a rule at a draw, with the value it read, its date and its source."""

from __future__ import annotations

import polars as pl

from schemas.evidence import INPUTS
from transforms.logic import Criterion
from transforms.rule import Rule

COLUMNS = (
    "patient_id", "rule_id", "index_collected_at", "criterion_id", "says", "verdict", "input", "value", "unit",
    "collected_at", "specimen_id", "source_value", "source_unit", "threshold", "citation",
)  # fmt: skip


def why_rows(
    evidence: pl.DataFrame, verdicts: pl.DataFrame, rule: Rule, sources: pl.DataFrame
) -> pl.DataFrame:
    """Rows of why.parquet for the given draws and one rule.

    evidence, verdicts: the same draws in the same order. sources: results that may be named (patient_id, analyte,
    collected_at, specimen_id, source_value, source_unit), one per patient, analyte and time.
    """
    whole = pl.concat(
        [evidence, verdicts.select(pl.exclude("patient_id", "index_specimen_id", "index_collected_at"))],
        how="horizontal",
    )
    rows = pl.concat([whole.select(_row(rule, criterion)) for criterion in rule.criteria.values()])
    return rows.join(
        sources, left_on=["patient_id", "input", "collected_at"], right_on=["patient_id", "analyte", "collected_at"],
        how="left",
    ).select(COLUMNS)  # fmt: skip


def _row(rule: Rule, criterion: Criterion) -> list[pl.Expr]:
    measured = [name for name in criterion.inputs if name in INPUTS]
    first = INPUTS[measured[0]] if measured else None
    return [
        pl.col("patient_id"),
        pl.lit(rule.rule_id).alias("rule_id"),
        pl.col("index_collected_at"),
        pl.lit(criterion.id).alias("criterion_id"),
        pl.lit(criterion.says).alias("says"),
        pl.col(criterion.id).alias("verdict"),
        pl.lit(first.id if first else criterion.inputs[0]).alias("input"),
        (pl.col(first.column) if first else pl.lit(None, dtype=pl.Float64)).alias("value"),
        pl.lit(first.unit if first else None, dtype=pl.String).alias("unit"),
        (pl.col(f"{first.id}_collected_at") if first else pl.lit(None, dtype=pl.Datetime("us"))).alias(
            "collected_at"
        ),
        pl.lit(criterion.threshold).alias("threshold"),
        pl.lit(criterion.citation).alias("citation"),
    ]
