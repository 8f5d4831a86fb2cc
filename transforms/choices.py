"""Conditions over which sources disagree, and how a choice of switches settles them (RULES.md section 8).

A rule names every option in place: ``choice("infl_ferritin", {"100": FERRITIN_100, "70": FERRITIN_70})``. Nobody
judges with an open choice: ``settled`` puts the option in its place, so that a settled rule is an ordinary tree.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.switches import SWITCHES, Switches
from transforms.errors import RuleDefinitionError
from transforms.logic import All, AnyOf, AtLeast, Criterion, Named, Node, Not, Soft, Unknown
from transforms.rule import Rule
from transforms.verdict_columns import Truth, Truths


@dataclass(frozen=True, eq=False)
class Choice(Node):
    """One of several conditions, by the option of a switch. None is a condition that never holds."""

    switch: str
    options: Mapping[str, Node | None]

    def __post_init__(self) -> None:
        if tuple(self.options) != tuple(SWITCHES[self.switch].options):
            raise RuleDefinitionError(f"a choice of {self.switch} names other options than the switch")

    @property
    def id(self) -> str:
        """Column of the verdict, where every option is a criterion that writes the same column."""
        columns = {node.id if isinstance(node, Criterion) else "" for node in self.options.values()}
        if len(columns) > 1 or "" in columns:
            raise RuleDefinitionError(f"a choice of {self.switch} has to be settled before it is judged")
        return columns.pop()

    def truth(self, truths: Truths) -> Truth:
        return truths.column(self.id)

    def criteria(self) -> Iterator[Criterion]:
        for node in self.options.values():
            if node is not None:
                yield from node.criteria()

    def opened(self, where: Truth, truths: Truths) -> Iterator[tuple[Criterion, Truth]]:  # noqa: ARG002
        raise RuleDefinitionError(f"a choice of {self.switch} has to be settled before it is judged")

    def describe(self) -> str:
        options = (
            f"{name}: {'nothing' if node is None else node.describe()}" for name, node in self.options.items()
        )
        return f"by {self.switch} ({'; '.join(options)})"


def choice(switch: str, options: Mapping[str, Node | None]) -> Node:
    """The condition that the option of a switch names; every option in the order of ``schemas.switches``."""
    return Choice(switch, options)


def settled(node: Node, switches: Switches) -> Node:
    """The condition with every choice below it made. RuleDefinitionError where that can never hold."""
    made = _settled(node, switches)
    if made is None:
        raise RuleDefinitionError("a choice leaves a condition that can never hold")
    return made


def settled_rule(rule: Rule, switches: Switches) -> Rule:
    """The rule with every choice made; the rule itself where it has none."""
    if not any(True for node in rule.parts.values() for _ in chosen_between(node)):
        return rule
    made: dict[str, Any] = {name: settled(node, switches) for name, node in rule.parts.items()}
    return dataclasses.replace(rule, **made)


def settled_criterion(node: Node, switches: Switches) -> Criterion:
    """A criterion, or the criterion that a choice of criteria names. RuleDefinitionError for any other condition."""
    made = settled(node, switches)
    if not isinstance(made, Criterion):
        raise RuleDefinitionError("a single criterion is wanted here")
    return made


def chosen_between(node: Node) -> Iterator[str]:
    """The switches that decide something below the node (with repetitions)."""
    match node:
        case Choice(switch=switch, options=options):
            yield switch
            for inner in options.values():
                if inner is not None:
                    yield from chosen_between(inner)
        case Not(node=inner) | Soft(node=inner) | Unknown(node=inner) | Named(node=inner):
            yield from chosen_between(inner)
        case All(nodes=nodes) | AnyOf(nodes=nodes) | AtLeast(nodes=nodes):
            for inner in nodes:
                yield from chosen_between(inner)


def _settled(node: Node, switches: Switches) -> Node | None:
    """The condition with every choice made; None if it can never hold."""
    if not any(True for _ in chosen_between(node)):
        return node
    match node:
        case Choice(switch=switch, options=options):
            picked = options[getattr(switches, switch)]
            return None if picked is None else _settled(picked, switches)
        case Soft(node=inner) | Named(node=inner):
            made = _settled(inner, switches)
            return None if made is None else dataclasses.replace(node, node=made)
        case Not(node=inner) | Unknown(node=inner):
            return dataclasses.replace(node, node=settled(inner, switches))
        case All(nodes=nodes):
            parts = [_settled(inner, switches) for inner in nodes]
            left = [made for made in parts if made is not None]
            return All(_flat(All, left)) if len(left) == len(parts) else None
        case AnyOf(nodes=nodes):
            left = [made for made in (_settled(inner, switches) for inner in nodes) if made is not None]
            return AnyOf(_flat(AnyOf, left)) if len(left) > 1 else left[0] if left else None
        case AtLeast(nodes=nodes):
            return dataclasses.replace(node, nodes=tuple(settled(inner, switches) for inner in nodes))
        case _:
            raise RuleDefinitionError(f"a {type(node).__name__} cannot be settled")


def _flat(kind: type[All | AnyOf], nodes: Sequence[Node]) -> tuple[Node, ...]:
    return tuple(part for node in nodes for part in (node.nodes if isinstance(node, kind) else (node,)))
