"""Counts of a night: by rule and status, and how all draws narrow down to each cohort. Counts only, no patients."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from transforms.rule import INDETERMINATE, NOT_APPLICABLE, NOT_MET, TIERS, Rule

STATUS = {
    **dict.fromkeys(TIERS.values(), "met"),
    NOT_MET: "not_met",
    INDETERMINATE: "indeterminate",
    NOT_APPLICABLE: "not_applicable",
}
TIER = {number: name for name, number in TIERS.items()}


def rule_counts(verdicts: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """Draws and patients by rule, status and tier (null unless met), in one bucket of patients."""
    parts = [
        verdicts.group_by(code=pl.col(rule.status_column))
        .agg(draws=pl.len().cast(pl.Int64), patients=pl.col("patient_id").n_unique().cast(pl.Int64))
        .select(
            rule_id=pl.lit(rule.rule_id),
            status=pl.col("code").replace_strict(STATUS, return_dtype=pl.String),
            tier=pl.col("code").replace_strict(TIER, default=None, return_dtype=pl.String),
            draws="draws",
            patients="patients",
        )
        for rule in rules
    ]
    return pl.concat(parts)


def attrition(verdicts: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """For each rule the draws and patients left at each step, from all draws to those that meet it."""
    parts = []
    for rule in rules:
        code = pl.col(rule.status_column)
        steps = [("all index draws", pl.lit(value=True))]
        if rule.applies is not None:
            steps.append(("the rule applies", code > NOT_APPLICABLE))
        if rule.gate is not None:
            steps.append(
                (
                    "the gate is not excluded",
                    (code > NOT_APPLICABLE) & rule.gate.verdict().ne_missing(other=False),
                )
            )
            steps.append(
                (
                    "the gate is established",
                    (code > NOT_APPLICABLE) & rule.gate.verdict().eq_missing(other=True),
                )
            )
        steps.append(("met or indeterminate", (code > NOT_MET) | (code == INDETERMINATE)))
        steps.append(("met", code > NOT_MET))
        for number, (says, condition) in enumerate(steps):
            left = verdicts.filter(condition)
            parts.append(
                {
                    "rule_id": rule.rule_id,
                    "step": number,
                    "says": says,
                    "draws": len(left),
                    "patients": left["patient_id"].n_unique(),
                }
            )
    schema = {
        "rule_id": pl.String,
        "step": pl.Int64,
        "says": pl.String,
        "draws": pl.Int64,
        "patients": pl.Int64,
    }
    return pl.DataFrame(parts, schema=schema)


def totals(parts: Sequence[pl.DataFrame], by: Sequence[str]) -> pl.DataFrame:
    """Sum draws and patients over buckets; a patient lives in one bucket, so patients add up."""
    return (
        pl.concat(parts)
        .group_by(by)
        .agg(pl.col("draws").sum(), pl.col("patients").sum())
        .sort(by, nulls_last=True)
    )


def negative(counts: pl.DataFrame) -> pl.DataFrame:
    """Counts to be taken off a total."""
    return counts.with_columns(-pl.col("draws"), -pl.col("patients"))


def draw_flags(flagged: pl.DataFrame) -> pl.DataFrame:
    """quality_flag rows of what is noteworthy of a draw itself (RULE_OF_THREE, IV_IRON_56D, ...)."""
    return (
        flagged.filter(pl.col("draw_flags").is_not_null())
        .select(
            "patient_id",
            specimen_id="index_specimen_id",
            collected_at="index_collected_at",
            raised="draw_flags",
        )
        .explode("raised")
        .with_columns(pl.col("raised").str.split_exact(":", 1).struct.rename_fields(["analyte", "flag"]))
        .unnest("raised")
        .with_columns(
            detail=pl.lit(None, dtype=pl.String),
            source_file=pl.lit(None, dtype=pl.String),
            source_line=pl.lit(None, dtype=pl.Int64),
        )
    )
