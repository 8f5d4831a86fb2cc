"""A fingerprint of a rule's logic: it changes when a different set of patients could be flagged.

It covers the parts of the rule and how their conditions combine, each criterion's expression and threshold, the
windows and codes declared behind the columns it reads, and the rules it rests on. It does not cover words (names,
sentences, citations), the order of conditions, why a verdict is indeterminate, or the Python code that
computes the evidence columns from results and events.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from schemas.switches import DEFAULTS
from transforms.choices import settled_criterion
from transforms.errors import RuleDefinitionError
from transforms.logic import All, AnyOf, AtLeast, Criterion, Named, Node, Not, Soft, TierReached, Unknown
from transforms.repeats import PERSISTENT, TOGETHER
from transforms.rule import Rule
from transforms.rule_basis import basis, columns_read

_LENGTH = 16  # hexadecimal digits: enough to notice a change, short enough to read


def fingerprints(rules: Sequence[Rule]) -> dict[str, str]:
    """Fingerprint of each rule by id. A rule comes after those it rests on, as in transforms.rules."""
    found: dict[str, str] = {}
    read = {column for rule in rules for column in columns_read(rule)}
    behind = {column: _column(column) for column in read}  # many rules read the same
    for rule in rules:
        found[rule.rule_id] = _digest(
            {
                "parts": {name: _logic(node, found) for name, node in rule.parts.items()},
                "columns": {column: behind[column] for column in columns_read(rule)},
            }
        )
    return found


def _logic(node: Node, known: Mapping[str, str]) -> str:
    """Fingerprint of a condition; of those it is made of the fingerprints count, in an order of their own."""
    match node:
        case Criterion():
            return _digest(["criterion", node.id, _expression(node), node.threshold])
        case TierReached():
            return _digest(["tier reached", node.rule_id, known[node.rule_id], node.least])
        case Named(node=inner):
            return _logic(inner, known)
        case Not(node=inner) | Soft(node=inner) | Unknown(node=inner):
            return _digest([type(node).__name__, _logic(inner, known)])
        case All(nodes=nodes) | AnyOf(nodes=nodes):
            return _digest([type(node).__name__, *sorted(_logic(node, known) for node in nodes)])
        case AtLeast(n=n, nodes=nodes):
            return _digest([type(node).__name__, n, *sorted(_logic(node, known) for node in nodes)])
        case _:
            raise RuleDefinitionError(f"a {type(node).__name__} has no fingerprint")


def _column(column: str) -> object:
    """What is declared behind a column; one that asks other blood counts also rests on the lines that are low there."""
    asked = [PERSISTENT[column]] if column in PERSISTENT else TOGETHER.get(column, ())
    lines = [settled_criterion(line, DEFAULTS) for line in asked]
    return [basis(column), [[line.id, _expression(line)] for line in lines]]


def _expression(criterion: Criterion) -> str:
    return criterion.expr.meta.serialize(format="json")


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]
