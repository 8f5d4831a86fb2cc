"""Mutants of the rules: what a slip of the pen would make of them, and whether the expert tables notice.

Run ``python -m tests.mutation.mutants`` from the repository for the list of survivors. A mutant changes one place of one
rule: a limit that takes in its own value or no longer does, a criterion or a part left out, an unknown taken as no, a
``soft`` forgotten, a number of lines raised or lowered. It is noticed if the verdict of any row of any expert
table, or of any of the random patients whose verdicts are recorded, changes.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from schemas.evidence import INPUTS
from tests.properties.cases import GOLDEN_PATIENTS, GOLDEN_SEED, population
from tests.rules.test_every_clause import expert_tables
from tests.testbed import INDEX, evidence_of
from transforms import atoms
from transforms.judging import judge, status
from transforms.logic import All, AnyOf, AtLeast, Criterion, Named, Node, Not, Soft, Unknown, soft
from transforms.quantities import Quantity
from transforms.rule import Rule
from transforms.rules import RULES
from transforms.truths import DrawTruths

QUANTITIES = {item.input_id: item for item in vars(atoms).values() if isinstance(item, Quantity)}
EDGE = {"below": "at_most", "at_most": "below", "above": "at_least", "at_least": "above"}
COMPARED = re.compile(r"(?P<input>.+)_(?P<verb>below|at_least|above|at_most)_(?P<limit>\d+(_\d+)?)")
PARTS = ("applies", "gate", "ruled_out", "explained_by")


@dataclass(frozen=True)
class Mutant:
    """A rule with one place changed, and what was changed."""

    says: str
    rule: Rule


def mutants(rule: Rule) -> Iterator[Mutant]:
    """Every mutant of a rule."""
    for name, node in rule.parts.items():
        if name in PARTS:
            yield Mutant(f"{rule.rule_id}: no {name}", dataclasses.replace(rule, **{name: None}))
        for says, changed in _changed(node):
            yield Mutant(f"{rule.rule_id}, {name}: {says}", dataclasses.replace(rule, **{name: changed}))


def _changed(node: Node) -> Iterator[tuple[str, Node]]:
    """The node with one place below it changed, in every way."""
    if isinstance(node, Criterion):
        yield from _changed_criterion(node)
    elif isinstance(node, All | AnyOf):
        kind = type(node)
        for number, child in enumerate(node.nodes):
            rest = node.nodes[:number] + node.nodes[number + 1 :]
            yield f"without {child.describe()}", kind(rest)
            for says, changed in _changed(child):
                yield says, kind((*node.nodes[:number], changed, *node.nodes[number + 1 :]))
    elif isinstance(node, AtLeast):
        if node.n > 1:
            yield f"{node.n - 1} instead of {node.n}", AtLeast(node.n - 1, node.nodes)
        if node.n < len(node.nodes):
            yield f"{node.n + 1} instead of {node.n}", AtLeast(node.n + 1, node.nodes)
    elif isinstance(node, Not | Named):
        inner = node.node
        if isinstance(node, Not):
            yield f"without the not before {inner.describe()}", inner
        for says, changed in _changed(inner):
            yield says, dataclasses.replace(node, node=changed)
    elif isinstance(node, Soft | Unknown):
        yield from _changed_certainty(node)


def _changed_certainty(node: Soft | Unknown) -> Iterator[tuple[str, Node]]:
    if isinstance(node, Unknown):
        yield f"unknown became known: {node.node.describe()}", soft(node.node)
        return
    if any(node.node.doubts()):
        yield f"not soft: {node.node.describe()}", node.node
    for says, changed in _changed(node.node):
        if not isinstance(changed, Soft):  # soft twice is soft once
            yield says, Soft(changed)


def _changed_criterion(criterion: Criterion) -> Iterator[tuple[str, Node]]:
    yield f"unknown taken as no: {criterion.id}", soft(criterion)
    match = COMPARED.fullmatch(criterion.id)
    if match and match["input"] in QUANTITIES:
        other = EDGE[match["verb"]]
        quantity, limit = QUANTITIES[match["input"]], float(match["limit"].replace("_", "."))
        expr = _comparison(quantity, other, limit).expr
        yield (
            f"{other} instead of {criterion.id}",
            dataclasses.replace(criterion, id=f"{criterion.id}_edge", expr=expr),
        )


def _comparison(quantity: Quantity, verb: str, limit: float) -> Criterion:
    make = getattr(quantity, verb)
    made: Criterion = make(limit, INPUTS[quantity.input_id].unit, "mutant", "")
    return made


def judged_frame() -> pl.DataFrame:
    """Evidence, verdicts and statuses at the index draw: every row of every expert table, and random patients whose
    verdicts are held by their digests (tests/properties/test_golden.py).
    """
    cases = [
        {name: cell for name, cell in case.items() if name != "verdict"} | {"case": f"{rule_id}/{number}"}
        for rule_id, rows in expert_tables().items()
        for number, case in enumerate(rows)
    ]
    evidence = evidence_of(cases + population(GOLDEN_SEED, GOLDEN_PATIENTS))
    verdicts = judge(evidence, RULES).verdicts
    keys = ["patient_id", "index_specimen_id", "index_collected_at"]
    return pl.concat([evidence, verdicts.drop(keys)], how="horizontal").filter(
        pl.col("index_collected_at") == INDEX
    )


def noticed(frame: pl.DataFrame, mutant: Mutant) -> bool:
    """Whether any row of the tables gets another verdict."""
    edges = {c.id: c.expr for c in mutant.rule.criteria.values() if c.id not in frame.columns}
    truths = DrawTruths(frame.with_columns(**edges).select(list(mutant.rule.criteria)))
    for rule in RULES:
        truths.add_status(rule.status_column, frame[rule.status_column].to_numpy())
    return bool((status(mutant.rule, truths) != truths.status(mutant.rule.status_column)).any())


def survivors() -> tuple[int, list[str]]:
    """How many mutants there are, and those that no table notices."""
    frame = judged_frame()
    made = [mutant for rule in RULES for mutant in mutants(rule)]
    return len(made), sorted({mutant.says for mutant in made if not noticed(frame, mutant)})


if __name__ == "__main__":
    count, alive = survivors()
    print(*alive, sep="\n")
    print(f"{len(alive)} of {count} mutants survive")
