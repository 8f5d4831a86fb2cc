"""Counts of a night: by rule and status, and how all draws narrow down to each cohort. Counts only, no patients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.tables import QUALITY_FLAG, shaped
from transforms.rule import INDETERMINATE, NOT_APPLICABLE, NOT_MET, TIER_NAMES, TIERS, Rule

DRAW_COUNTS = ("draws", "patients")  # a patient lives in one bucket, so patients add up
STATUS = {
    **dict.fromkeys(TIERS.values(), "met"),
    NOT_MET: "not_met",
    INDETERMINATE: "indeterminate",
    NOT_APPLICABLE: "not_applicable",
}


def counted_columns(rules: Sequence[Rule]) -> list[str]:
    """The columns of the verdicts that :func:`rule_counts` and :func:`attrition` read."""
    gates = (criterion.id for rule in rules if rule.gate is not None for criterion in rule.gate.criteria())
    return list(dict.fromkeys(["patient_id", *(rule.status_column for rule in rules), *gates]))


def rule_counts(verdicts: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """Draws and patients by rule, status and tier (null unless met), in one bucket of patients.

    verdicts: the columns of ``counted_columns``, one row per draw.
    """
    people = _People(verdicts)
    rows = []
    for rule in rules:
        codes = verdicts[rule.status_column].to_numpy()
        for code in np.unique(codes).tolist():
            draws, patients = people.count(codes == code)
            rows.append((rule.rule_id, STATUS[code], TIER_NAMES.get(code), draws, patients))
    schema = {"rule_id": pl.String, "status": pl.String, "tier": pl.String, **_COUNTS}
    return pl.DataFrame(rows, schema=schema, orient="row")


def attrition(verdicts: pl.DataFrame, rules: Sequence[Rule]) -> pl.DataFrame:
    """For each rule the draws and patients left at each step, from all draws to those that meet it.

    verdicts: as in ``rule_counts``.
    """
    people = _People(verdicts)
    gates = {rule.rule_id: rule.gate.verdict() for rule in rules if rule.gate is not None}
    # lazy, because only then is what gates share worked out once
    opened = verdicts.lazy().select("patient_id", **gates).collect()
    rows = []
    for rule in rules:
        code = verdicts[rule.status_column].to_numpy()
        applies = code > NOT_APPLICABLE
        steps = [("all index draws", np.ones(len(code), dtype=np.bool_))]
        if rule.applies is not None:
            steps.append(("the rule applies", applies))
        if rule.gate is not None:
            gate = opened[rule.rule_id]
            excluded, established = (~gate).fill_null(value=False), gate.fill_null(value=False)
            steps.append(("the gate is not excluded", applies & ~excluded.to_numpy()))
            steps.append(("the gate is established", applies & established.to_numpy()))
        steps.append(("met or indeterminate", (code > NOT_MET) | (code == INDETERMINATE)))
        steps.append(("met", code > NOT_MET))
        rows += [
            (rule.rule_id, number, says, *people.count(left)) for number, (says, left) in enumerate(steps)
        ]
    schema = {"rule_id": pl.String, "step": pl.Int64, "says": pl.String, **_COUNTS}
    return pl.DataFrame(rows, schema=schema, orient="row")


_COUNTS = dict.fromkeys(DRAW_COUNTS, pl.Int64)


class _People:
    """The patients of the draws, numbered, so that they can be counted."""

    def __init__(self, verdicts: pl.DataFrame) -> None:
        ids = verdicts.select("patient_id")
        numbered = ids.unique().with_row_index("number")
        self._patients = ids.join(numbered, on="patient_id", how="left", maintain_order="left")[
            "number"
        ].to_numpy()

    def count(self, rows: npt.NDArray[np.bool_]) -> tuple[int, int]:
        """Draws and patients among the rows."""
        seen = self._patients[rows]
        return len(seen), int(np.count_nonzero(np.bincount(seen)))


def draw_flags(flagged: pl.DataFrame) -> pl.DataFrame:
    """quality_flag rows of what is noteworthy of a draw itself (RULE_OF_THREE, IV_IRON_56D, ...).

    flagged: keys of the draws and draw_flags, List(String), null where there is none.
    """
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


def place_flags(out_of_place: pl.DataFrame) -> pl.DataFrame:
    """quality_flag rows of results that lie outside the patient's life or after the night.

    out_of_place: patient_id, specimen_id, collected_at, analyte, source_file, source_line, and after_night,
    before_birth and after_death (null: not known).
    """
    kinds = {"after_night": "AFTER_NIGHT", "before_birth": "BEFORE_BIRTH", "after_death": "AFTER_DEATH"}
    parts = [
        out_of_place.filter(pl.col(column).fill_null(value=False)).with_columns(flag=pl.lit(flag))
        for column, flag in kinds.items()
    ]
    return shaped(pl.concat(parts), QUALITY_FLAG)
