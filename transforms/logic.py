"""Three-valued (Kleene) logic over named criteria.

A criterion is one nullable Boolean column: true (met), false (not met), null (cannot be determined). Polars'
``&``, ``|`` and ``~`` on nullable Booleans are Kleene's, so a rule is an ordinary expression over such columns.

Absent data never count as normal: nothing in the project turns a null verdict into true or false but the two
operators of this module that say so where they are used, ``soft`` (a missing confirmation counts as absent) and
``soft_not`` (an exclusion holds only when it is established).

Trees are built from criteria with ``&``, ``|``, ``~``, ``at_least(n, ...)``, ``soft(...)``, ``soft_not(...)``.
Every node can give its verdict, the criteria that keep it unknown, its criteria, and itself in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce
from itertools import combinations
from operator import and_, or_

import polars as pl

from transforms.errors import RuleDefinitionError
from transforms.verdict_columns import EXPRESSIONS, Truth, Truths

MAX_REASONS = 63  # bits of a signed 64-bit mask


class Node:
    """A condition: a criterion or a combination of conditions."""

    def __and__(self, other: Node) -> Node:
        return All((*_flat(All, self), *_flat(All, other)))

    def __or__(self, other: Node) -> Node:
        return AnyOf((*_flat(AnyOf, self), *_flat(AnyOf, other)))

    def __invert__(self) -> Node:
        return Not(self)

    def verdict(self) -> pl.Expr:
        """Nullable Boolean expression over the verdict columns of the criteria."""
        verdict: pl.Expr = self.truth(EXPRESSIONS)
        return verdict

    def truth(self, truths: Truths) -> Truth:
        """The truth of this condition out of that of its parts."""
        raise NotImplementedError

    def criteria(self) -> Iterator[Criterion]:
        """The criteria below this node, depth first (with repetitions)."""
        raise NotImplementedError

    def doubts(self) -> Iterator[Criterion]:
        """The criteria whose unknown can make this node unknown (with repetitions)."""
        return self.criteria()

    def opened(self, where: Truth, truths: Truths) -> Iterator[tuple[Criterion, Truth]]:
        """The criteria that keep this condition unknown, each with the draws at which it does.

        where: the draws at which it matters whether this condition is known.
        """
        raise NotImplementedError

    def describe(self) -> str:
        """The condition in words."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Criterion(Node):
    """One named statement about one index draw.

    id: column name of its verdict. says: the sentence a person reads. expr: nullable Boolean expression over
    evidence columns. inputs: evidence inputs it reads. reasons: why it can be unknown, as (reason, condition)
    pairs, the condition an expression over evidence columns; every one that holds is reported. threshold: the limit
    with its unit, in words. citation: source and place. domains: the observed domains it rests on, for conditions
    about diagnoses, drugs, procedures and encounters. due: days from the index after which time alone may turn it
    from unknown to true; None where time changes nothing.
    """

    id: str
    says: str
    expr: pl.Expr
    inputs: tuple[str, ...]
    reasons: tuple[tuple[str, pl.Expr], ...]
    threshold: str
    citation: str
    domains: tuple[str, ...] = ()
    due: pl.Expr | None = None

    def __post_init__(self) -> None:
        if not self.citation.strip():
            raise RuleDefinitionError(f"criterion {self.id} names no source")
        if not self.id.isidentifier() or self.id != self.id.lower():
            raise RuleDefinitionError(f"criterion id {self.id!r} is not a lower-case identifier")
        if not self.reasons:
            raise RuleDefinitionError(f"criterion {self.id} does not say why it can be unknown")

    def truth(self, truths: Truths) -> Truth:
        return truths.column(self.id)

    def criteria(self) -> Iterator[Criterion]:
        yield self

    def opened(self, where: Truth, truths: Truths) -> Iterator[tuple[Criterion, Truth]]:
        yield self, where & truths.of(self).is_null()

    def describe(self) -> str:
        return self.says


class _Combination(Node):
    """Several conditions in one."""

    nodes: tuple[Node, ...]

    def criteria(self) -> Iterator[Criterion]:
        for node in self.nodes:
            yield from node.criteria()

    def doubts(self) -> Iterator[Criterion]:
        for node in self.nodes:
            yield from node.doubts()

    def opened(self, where: Truth, truths: Truths) -> Iterator[tuple[Criterion, Truth]]:
        inside = where & truths.of(self).is_null()  # the parts matter where the whole is unknown
        for part in self.nodes:
            yield from part.opened(inside, truths)


class _Around(Node):
    """A condition about another one, unknown where that is."""

    node: Node

    def criteria(self) -> Iterator[Criterion]:
        return self.node.criteria()

    def doubts(self) -> Iterator[Criterion]:
        return self.node.doubts()

    def opened(self, where: Truth, truths: Truths) -> Iterator[tuple[Criterion, Truth]]:
        return self.node.opened(where, truths)


class _Settled(_Around):
    """A condition about another one that is never unknown itself."""

    def doubts(self) -> Iterator[Criterion]:
        return iter(())

    def opened(self, where: Truth, truths: Truths) -> Iterator[tuple[Criterion, Truth]]:  # noqa: ARG002
        return iter(())


@dataclass(frozen=True, eq=False)
class All(_Combination):
    """Every condition holds: false if any is false, else unknown if any is unknown."""

    nodes: tuple[Node, ...]

    def truth(self, truths: Truths) -> Truth:
        return reduce(and_, [truths.of(node) for node in self.nodes])

    def describe(self) -> str:
        return "(" + " and ".join(node.describe() for node in self.nodes) + ")"


@dataclass(frozen=True, eq=False)
class AnyOf(_Combination):
    """At least one condition holds: true if any is true, else unknown if any is unknown."""

    nodes: tuple[Node, ...]

    def truth(self, truths: Truths) -> Truth:
        return reduce(or_, [truths.of(node) for node in self.nodes])

    def describe(self) -> str:
        return "(" + " or ".join(node.describe() for node in self.nodes) + ")"


@dataclass(frozen=True, eq=False)
class Not(_Around):
    """The condition does not hold; unknown stays unknown."""

    node: Node

    def truth(self, truths: Truths) -> Truth:
        return ~truths.of(self.node)

    def describe(self) -> str:
        return f"not {self.node.describe()}"


@dataclass(frozen=True, eq=False)
class AtLeast(_Combination):
    """At least ``n`` conditions hold: true if #true >= n, false if #true + #unknown < n, else unknown."""

    n: int
    nodes: tuple[Node, ...]

    def truth(self, truths: Truths) -> Truth:
        operands = [truths.of(node) for node in self.nodes]
        # any n of them together; false where every n have one that is false, as it should be
        return reduce(or_, [reduce(and_, chosen) for chosen in combinations(operands, self.n)])

    def describe(self) -> str:
        return f"at least {self.n} of (" + "; ".join(node.describe() for node in self.nodes) + ")"


@dataclass(frozen=True, eq=False)
class Soft(_Settled):
    """Established, or else counted as absent: unknown becomes false. For confirmations that must never block."""

    node: Node

    def truth(self, truths: Truths) -> Truth:
        return truths.of(self.node).eq_missing(other=True)

    def describe(self) -> str:
        return f"[if known] {self.node.describe()}"


@dataclass(frozen=True, eq=False)
class Unknown(_Settled):
    """The condition is unknown. Rules that name a missing test (``TSAT missing``) say it with this."""

    node: Node

    def truth(self, truths: Truths) -> Truth:
        return truths.of(self.node).is_null()

    def describe(self) -> str:
        return f"it is not known whether {self.node.describe()}"


@dataclass(frozen=True, eq=False)
class Named(_Around):
    """A condition with a name of its own, so that a rule reads as the reference prints it."""

    name: str
    node: Node

    def truth(self, truths: Truths) -> Truth:
        return truths.of(self.node)

    def describe(self) -> str:
        return f"{self.name} {self.node.describe()}"


@dataclass(frozen=True, eq=False)
class TierReached(Node):
    """Another rule has reached a tier at this draw. Established or not: never unknown (RULES.md 4.31.3)."""

    rule_id: str
    least: int
    tier: str = field(default="possible")

    def truth(self, truths: Truths) -> Truth:
        return truths.reached(f"{self.rule_id}__status", self.least)

    def criteria(self) -> Iterator[Criterion]:
        return iter(())

    def opened(self, where: Truth, truths: Truths) -> Iterator[tuple[Criterion, Truth]]:  # noqa: ARG002
        return iter(())  # never unknown

    def describe(self) -> str:
        return f"{self.rule_id} is {self.tier} or surer"


def soft(node: Node) -> Node:
    """Established, or else counted as absent. One of the two deliberate departures from Kleene."""
    return Soft(node)


def soft_not(node: Node) -> Node:
    """True unless the condition is established. The other deliberate departure from Kleene."""
    return Not(Soft(node))


def at_least(n: int, *nodes: Node) -> Node:
    """At least ``n`` of the conditions hold. RuleDefinitionError unless n is from 1 to their number."""
    if not 1 <= n <= len(nodes):
        raise RuleDefinitionError(f"at_least({n}) of {len(nodes)} conditions")
    return AtLeast(n, nodes)


def _flat(kind: type[All | AnyOf], node: Node) -> tuple[Node, ...]:
    return node.nodes if isinstance(node, kind) else (node,)
