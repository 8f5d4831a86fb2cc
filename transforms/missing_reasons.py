"""Why a draw cannot be judged: for each rule the reasons of its unknowns, as one bit mask a draw (RULES.md 0.3).

A reason is reported where its criterion is unknown, everything the criterion is a part of is unknown too, and the
reason's own condition holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, reduce
from operator import or_

import numpy as np
import numpy.typing as npt
import polars as pl

from transforms.logic import Criterion, Node
from transforms.rule import TIERS, Rule, tier_condition
from transforms.truths import DrawTruths, kleene_columns
from transforms.verdict_columns import Truth, Truths

KEPT = "patient_id"  # any column of the evidence: conditions that are constants get its length


class MissingReasons:
    """The conditions of all reasons at the draws of a bucket, each worked out once."""

    def __init__(self, evidence: pl.DataFrame, rules: Sequence[Rule]) -> None:
        """evidence: screen.evidence, one row per draw."""
        conditions, self._columns = _conditions(tuple(rules))
        self._held = kleene_columns(evidence.lazy().select(KEPT, *conditions).collect().drop(KEPT))

    def mask(self, rule: Rule, truths: DrawTruths, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
        """Bit mask (Int64) over ``rule.reasons`` of what keeps the draws numbered by rows from a verdict."""
        tiers = [tier_condition(rule, tier) for tier in TIERS if getattr(rule, tier) is not None]
        found: dict[str, Truth] = {}
        for criterion, where in opened(tiers, truths):
            for reason, condition in self._columns[criterion.id]:
                seen = where & self._held[condition]
                found[reason] = found[reason] | seen if reason in found else seen
        bits = {reason: 1 << number for number, reason in enumerate(rule.reasons)}
        mask = np.zeros(len(rows), dtype=np.int64)
        for reason, seen in found.items():
            mask |= seen.holds(truths.draws)[rows] * np.int64(bits[reason])
        return mask


def opened(nodes: Sequence[Node], truths: Truths) -> list[tuple[Criterion, Truth]]:
    """The criteria that keep any of the conditions unknown, each once, with the draws at which they do."""
    places: dict[str, list[Truth]] = {}
    criteria: dict[str, Criterion] = {}
    for node in nodes:
        for criterion, here in node.opened(truths.of(node).is_null(), truths):
            criteria[criterion.id] = criterion
            places.setdefault(criterion.id, []).append(here)
    return [(criterion, reduce(or_, places[name])) for name, criterion in criteria.items()]


def decoded(reasons: Sequence[str], mask: int) -> list[str]:
    """The reasons of a mask over them, sorted by name."""
    return sorted(reason for bit, reason in enumerate(reasons) if mask >> bit & 1)


@cache
def _conditions(
    rules: tuple[Rule, ...],
) -> tuple[list[pl.Expr], Mapping[str, list[tuple[str, str]]]]:
    """The distinct conditions of all reasons under a name, and reason and name by criterion."""
    names: dict[bytes, str] = {}
    conditions: list[pl.Expr] = []
    columns: dict[str, list[tuple[str, str]]] = {}
    for criterion in {one.id: one for rule in rules for one in rule.criteria.values()}.values():
        columns[criterion.id] = []
        for reason, condition in criterion.reasons:
            same = condition.meta.serialize()
            if same not in names:
                names[same] = f"condition_{len(names)}"
                # nothing that is not known to hold is given as a reason
                conditions.append(condition.fill_null(value=False).alias(names[same]))
            columns[criterion.id].append((reason, names[same]))
    return conditions, columns
