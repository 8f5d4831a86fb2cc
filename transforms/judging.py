"""Judging: evidence in, verdict columns and findings out (RULES.md 0.1-0.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from schemas.switches import DEFAULTS, Switches
from transforms.findings import KEYS, findings
from transforms.logic import Criterion
from transforms.residual_flags import with_residual_flags
from transforms.rule import INDETERMINATE, NOT_APPLICABLE, NOT_MET, TIERS, Rule, tier_condition
from transforms.truths import DrawTruths


@dataclass(frozen=True)
class Judged:
    """verdicts: keys, one nullable Boolean column per criterion, one Int8 status column per rule; one row a draw.
    findings: rows that are met or indeterminate, as in findings.parquet without as_of and run_id.
    flagged: keys and draw_flags (``input:FLAG``, null where there is none) with the residual flags, one row a draw.
    """

    verdicts: pl.DataFrame
    findings: pl.DataFrame
    flagged: pl.DataFrame


def all_criteria(rules: Sequence[Rule]) -> dict[str, Criterion]:
    """The distinct criteria of the rules by id."""
    found: dict[str, Criterion] = {}
    for rule in rules:
        for name, criterion in rule.criteria.items():
            found.setdefault(name, criterion)
    return found


def judge(evidence: pl.DataFrame, rules: Sequence[Rule], switches: Switches = DEFAULTS) -> Judged:
    """Judge every draw by every rule, in the order given (a rule may ask what an earlier one reached).

    evidence: screen.evidence, one row per draw. rules: settled by the same switches as the evidence and the flags.
    """
    criteria = all_criteria(rules)
    expressions = [criterion.expr.cast(pl.Boolean).alias(name) for name, criterion in criteria.items()]
    # lazy, because only then is what criteria share (a value, a limit by age) worked out once
    verdicts = evidence.lazy().select(*KEYS, *expressions).collect()
    truths = DrawTruths(verdicts.drop(KEYS))
    for rule in rules:
        truths.add_status(rule.status_column, status(rule, truths))
    verdicts = verdicts.with_columns(
        pl.Series(rule.status_column, truths.status(rule.status_column)) for rule in rules
    )
    whole = with_residual_flags(pl.concat([evidence, verdicts.drop(KEYS)], how="horizontal"), switches)
    return Judged(verdicts, findings(whole, truths, rules), whole.select(*KEYS, "draw_flags"))


def status(rule: Rule, truths: DrawTruths) -> npt.NDArray[np.int8]:
    """Status of a rule: 3 confirmed, 2 probable, 1 possible, 0 not met, -1 indeterminate, -2 not applicable."""
    number = np.full(truths.draws, NOT_MET, dtype=np.int8)
    tiers = {name: truths.of(tier_condition(rule, name)) for name in TIERS if getattr(rule, name) is not None}
    for reached in tiers.values():
        number[reached.is_null().holds(truths.draws)] = INDETERMINATE
    for name, reached in sorted(tiers.items(), key=lambda item: TIERS[item[0]]):
        number[reached.holds(truths.draws)] = TIERS[name]
    if rule.explained_by is not None:
        explained = truths.of(rule.explained_by)
        capped = explained.is_null().holds(truths.draws)
        number[capped] = np.minimum(number[capped], TIERS["possible"])
        number[explained.holds(truths.draws)] = NOT_MET
    if rule.applies is not None:
        number[(~truths.of(rule.applies)).holds(truths.draws)] = NOT_APPLICABLE
    return number
