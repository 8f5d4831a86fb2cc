"""A fingerprint of a rule's logic: it changes when a different set of patients could be flagged.

It covers the parts of the rule and how their conditions combine, each criterion's expression and threshold, the
windows and codes declared behind the columns it reads, and the rules it rests on. It does not cover words (names,
sentences, citations), the order in which conditions stand, why a verdict is indeterminate, or the Python code that
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
    """Fingerprint of each rule by id. A rule stands after those it rests on, as in transforms.rules."""
    found: dict[str, str] = {}
    read = {column for rule in rules for column in columns_read(rule)}
    behind = {column: _column(column) for column in read}  # many rules read the same
    for rule in rules:
        found[rule.rule_id] = _digest(
            {
                "parts": {name: _structure(node, found) for name, node in rule.parts.items()},
                "columns": {column: behind[column] for column in columns_read(rule)},
            }
        )
    return found


def _structure(node: Node, known: Mapping[str, str]) -> object:
    match node:
        case Criterion():
            return ["criterion", node.id, _expression(node), node.threshold]
        case TierReached():
            return ["tier reached", node.rule_id, known[node.rule_id], node.least]
        case Named(node=inner):
            return _structure(inner, known)
        case Not(node=inner) | Soft(node=inner) | Unknown(node=inner):
            return [type(node).__name__, _structure(inner, known)]
        case All(nodes=nodes) | AnyOf(nodes=nodes):
            return [type(node).__name__, *_sorted(nodes, known)]
        case AtLeast(n=n, nodes=nodes):
            return [type(node).__name__, n, *_sorted(nodes, known)]
        case _:
            raise RuleDefinitionError(f"a {type(node).__name__} has no fingerprint")


def _sorted(nodes: Sequence[Node], known: Mapping[str, str]) -> list[object]:
    return sorted((_structure(node, known) for node in nodes), key=_text)


def _column(column: str) -> object:
    """What is declared behind a column; one that asks other blood counts also rests on the lines that are low there."""
    asked = [PERSISTENT[column]] if column in PERSISTENT else TOGETHER.get(column, ())
    lines = [settled_criterion(line, DEFAULTS) for line in asked]
    return [basis(column), [[line.id, _expression(line)] for line in lines]]


def _expression(criterion: Criterion) -> object:
    return json.loads(criterion.expr.meta.serialize(format="json"))


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _digest(value: object) -> str:
    return hashlib.sha256(_text(value).encode()).hexdigest()[:_LENGTH]
