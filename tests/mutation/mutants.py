"""Mutants of the rules: what a slip of the pen would make of them, and whether the tests notice.

``python -m tests.mutation.mutants`` records the survivors in ``survivors.txt`` beside this file, each with what is known
of it: ``equivalent`` where ``tests.mutation.proof`` shows that no evidence tells it from the rule, ``alive`` where some
would, and ``undecided`` where the proof becomes too large. A mutant changes one place of one rule: a limit that takes in its
own value or no longer does, a criterion or a part left out, an unknown taken as no, a ``soft`` forgotten, a number of
lines raised or lowered. It is noticed if the verdict changes of any row of any expert table, of any of the random
patients, or of any of the perturbed rows whose verdicts are recorded.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import polars as pl

from schemas.evidence import INPUTS
from tests.mutation.diagrams import GivenUpError
from tests.mutation.proof import BY_ID, Proof
from tests.properties.cases import GOLDEN_PATIENTS, GOLDEN_SEED, population
from tests.properties.perturbed import base_rows, of_rule, perturbed
from tests.rules.test_every_clause import expert_tables
from tests.testbed import INDEX, evidence_of
from transforms import atoms
from transforms.judging import KEYS, judge, status
from transforms.logic import All, AnyOf, AtLeast, Criterion, Named, Node, Not, Soft, Unknown, soft
from transforms.quantities import Quantity
from transforms.rule import Rule
from transforms.rules import RULES
from transforms.truths import DrawTruths

QUANTITIES = {item.input_id: item for item in vars(atoms).values() if isinstance(item, Quantity)}
EDGE = {"below": "at_most", "at_most": "below", "above": "at_least", "at_least": "above"}
COMPARED = re.compile(r"(?P<input>.+)_(?P<verb>below|at_least|above|at_most)_(?P<limit>\d+(_\d+)?)")
SURVIVORS = Path(__file__).with_name("survivors.txt")
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


def judged_frames(*, perturb: bool = True) -> dict[str, pl.DataFrame]:
    """For each rule evidence, verdicts and statuses at the index draw: every row of every expert table, the random patients
    and, if wanted, the perturbed rows of its own tables. All verdicts are held by their digests
    (tests/properties/test_golden.py).
    """
    cases = [
        {name: cell for name, cell in case.items() if name != "verdict"} | {"case": f"{rule_id}/{number}"}
        for rule_id, rows in expert_tables().items()
        for number, case in enumerate(rows)
    ]
    patients = evidence_of(cases + population(GOLDEN_SEED, GOLDEN_PATIENTS)).filter(index_collected_at=INDEX)
    evidence = pl.concat([patients, perturbed(base_rows())]) if perturb else patients
    verdicts = judge(evidence, RULES).verdicts
    whole = pl.concat([evidence, verdicts.drop(KEYS)], how="horizontal")
    common, made = whole.head(len(patients)), whole.slice(len(patients))
    return {rule.rule_id: pl.concat([common, made.filter(of_rule(rule.rule_id))]) for rule in RULES}


def noticed(frames: Mapping[str, pl.DataFrame], mutant: Mutant) -> bool:
    """Whether any row of its rule's frame gets another verdict."""
    frame = frames[mutant.rule.rule_id]
    edges = {c.id: c.expr for c in mutant.rule.criteria.values() if c.id not in frame.columns}
    truths = DrawTruths(frame.with_columns(**edges).select(list(mutant.rule.criteria)))
    for rule in RULES:
        truths.add_status(rule.status_column, frame[rule.status_column].to_numpy())
    return bool((status(mutant.rule, truths) != truths.status(mutant.rule.status_column)).any())


def all_mutants() -> dict[str, Mutant]:
    """Every mutant of every rule by what it says; of several that say the same, the others are numbered."""
    found: dict[str, Mutant] = {}
    for rule in RULES:
        for mutant in mutants(rule):
            says, number = mutant.says, 1
            while says in found:
                number += 1
                says = f"{mutant.says} ({number})"
            found[says] = mutant
    return found


def recorded() -> dict[str, str]:
    """The survivors on record: what each says, and what is known of it."""
    lines = SURVIVORS.read_text(encoding="utf-8").splitlines()
    return {says: known for known, says in (line.split("\t") for line in lines)}


@lru_cache(maxsize=1)
def proof(rule_id: str) -> Proof:
    """Everything that a rule and its mutants can be told apart by."""
    rule = BY_ID[rule_id]
    return Proof([rule, *(mutant.rule for mutant in mutants(rule))])


def known_of(mutant: Mutant) -> str:
    """What is known of a mutant without looking at any test."""
    rule = BY_ID[mutant.rule.rule_id]
    try:
        return "equivalent" if proof(rule.rule_id).told_apart_by(rule, mutant.rule) is None else "alive"
    except GivenUpError:
        return "undecided"


def survivors() -> dict[str, str]:
    """The mutants that no test notices, and what is known of each."""
    frames = judged_frames()
    unnoticed = {says: mutant for says, mutant in all_mutants().items() if not noticed(frames, mutant)}
    return {says: known_of(mutant) for says, mutant in unnoticed.items()}


if __name__ == "__main__":
    mutants, found = all_mutants(), survivors()
    lines = sorted(f"{known}\t{says}\n" for says, known in found.items())
    SURVIVORS.write_text("".join(lines), encoding="utf-8")
    for says, known in found.items():
        if known == "alive":
            mutant = mutants[says]
            apart = proof(mutant.rule.rule_id).told_apart_by(BY_ID[mutant.rule.rule_id], mutant.rule)
            print(f"{says}\n    told apart by {apart}")
    print(f"{len(found)} of {len(mutants)} mutants survive: {dict(Counter(found.values()))}")
