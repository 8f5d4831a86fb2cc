"""Three-valued (Kleene) logic over named criteria.

A criterion is one nullable Boolean column: true (met), false (not met), null (cannot be determined). Polars'
``&``, ``|`` and ``~`` on nullable Booleans are Kleene's, so a rule is an ordinary expression over such columns.

Absent data never count as normal: nothing in the project turns a null verdict into true or false but the two
operators of this module that say so where they are used, ``soft`` (a missing confirmation counts as absent) and
``soft_not`` (an exclusion holds only when it is established).

Trees are built from criteria with ``&``, ``|``, ``~``, ``at_least(n, ...)``, ``soft(...)``, ``soft_not(...)``.
Every node can give its verdict, the reasons of its unknowns (a bit mask), its criteria, and itself in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_

import polars as pl

from transforms.errors import RuleDefinitionError

type_mask = pl.Int64
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
        raise NotImplementedError

    def criteria(self) -> Iterator[Criterion]:
        """The criteria below this node, depth first (with repetitions)."""
        raise NotImplementedError

    def doubts(self) -> Iterator[Criterion]:
        """The criteria whose unknown can make this node unknown (with repetitions)."""
        return self.criteria()

    def unknown(self, bits: Mapping[str, int]) -> pl.Expr:
        """Bit mask of the reasons why this node is unknown; 0 where it is known.

        Needs a frame with the verdict columns and the evidence columns. ``bits`` maps a reason to its bit.
        """
        raise NotImplementedError

    def describe(self) -> str:
        """The condition in words."""
        raise NotImplementedError

    def _masked(self, bits: Mapping[str, int], children: Iterable[Node]) -> pl.Expr:
        masks = reduce(or_, [child.unknown(bits) for child in children])
        return pl.when(self.verdict().is_null()).then(masks).otherwise(pl.lit(0, dtype=type_mask))


@dataclass(frozen=True, eq=False)
class Criterion(Node):
    """One named statement about one index draw.

    id: column name of its verdict. says: the sentence a person reads. expr: nullable Boolean expression over
    evidence columns. inputs: evidence inputs it reads. reasons: why it can be unknown, as (reason, condition)
    pairs, the condition an expression over evidence columns; every one that holds is reported. threshold: the limit with its unit, in words. citation: source and place. domains: the
    observed domains it rests on, for conditions about diagnoses, drugs, procedures and encounters.
    """

    id: str
    says: str
    expr: pl.Expr
    inputs: tuple[str, ...]
    reasons: tuple[tuple[str, pl.Expr], ...]
    threshold: str
    citation: str
    domains: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.citation.strip():
            raise RuleDefinitionError(f"criterion {self.id} names no source")
        if not self.id.isidentifier() or self.id != self.id.lower():
            raise RuleDefinitionError(f"criterion id {self.id!r} is not a lower-case identifier")
        if not self.reasons:
            raise RuleDefinitionError(f"criterion {self.id} does not say why it can be unknown")

    def verdict(self) -> pl.Expr:
        return pl.col(self.id)

    def criteria(self) -> Iterator[Criterion]:
        yield self

    def unknown(self, bits: Mapping[str, int]) -> pl.Expr:
        none = pl.lit(0, dtype=type_mask)
        masks = reduce(
            or_,
            [
                pl.when(condition).then(pl.lit(1 << bits[reason], dtype=type_mask)).otherwise(none)
                for reason, condition in self.reasons
            ],
        )
        return pl.when(self.verdict().is_null()).then(masks).otherwise(none)

    def describe(self) -> str:
        return self.says


@dataclass(frozen=True, eq=False)
class All(Node):
    """Every condition holds: false if any is false, else unknown if any is unknown."""

    nodes: tuple[Node, ...]

    def verdict(self) -> pl.Expr:
        return reduce(and_, [node.verdict() for node in self.nodes])

    def criteria(self) -> Iterator[Criterion]:
        for node in self.nodes:
            yield from node.criteria()

    def doubts(self) -> Iterator[Criterion]:
        for node in self.nodes:
            yield from node.doubts()

    def unknown(self, bits: Mapping[str, int]) -> pl.Expr:
        return self._masked(bits, self.nodes)

    def describe(self) -> str:
        return "(" + " and ".join(node.describe() for node in self.nodes) + ")"


@dataclass(frozen=True, eq=False)
class AnyOf(Node):
    """At least one condition holds: true if any is true, else unknown if any is unknown."""

    nodes: tuple[Node, ...]

    def verdict(self) -> pl.Expr:
        return reduce(or_, [node.verdict() for node in self.nodes])

    def criteria(self) -> Iterator[Criterion]:
        for node in self.nodes:
            yield from node.criteria()

    def doubts(self) -> Iterator[Criterion]:
        for node in self.nodes:
            yield from node.doubts()

    def unknown(self, bits: Mapping[str, int]) -> pl.Expr:
        return self._masked(bits, self.nodes)

    def describe(self) -> str:
        return "(" + " or ".join(node.describe() for node in self.nodes) + ")"


@dataclass(frozen=True, eq=False)
class Not(Node):
    """The condition does not hold; unknown stays unknown."""

    node: Node

    def verdict(self) -> pl.Expr:
        return ~self.node.verdict()

    def criteria(self) -> Iterator[Criterion]:
        return self.node.criteria()

    def doubts(self) -> Iterator[Criterion]:
        return self.node.doubts()

    def unknown(self, bits: Mapping[str, int]) -> pl.Expr:
        return self.node.unknown(bits)

    def describe(self) -> str:
        return f"not {self.node.describe()}"


@dataclass(frozen=True, eq=False)
class AtLeast(Node):
    """At least ``n`` conditions hold: true if #true >= n, false if #true + #unknown < n, else unknown."""

    n: int
    nodes: tuple[Node, ...]

    def verdict(self) -> pl.Expr:
        true = pl.sum_horizontal([node.verdict().eq_missing(True).cast(pl.Int8) for node in self.nodes])
        unknown = pl.sum_horizontal([node.verdict().is_null().cast(pl.Int8) for node in self.nodes])
        return (
            pl.when(true >= self.n)
            .then(pl.lit(True))
            .when(true + unknown < self.n)
            .then(pl.lit(False))
            .otherwise(pl.lit(None, dtype=pl.Boolean))
        )

    def criteria(self) -> Iterator[Criterion]:
        for node in self.nodes:
            yield from node.criteria()

    def doubts(self) -> Iterator[Criterion]:
        for node in self.nodes:
            yield from node.doubts()

    def unknown(self, bits: Mapping[str, int]) -> pl.Expr:
        return self._masked(bits, self.nodes)

    def describe(self) -> str:
        return f"at least {self.n} of (" + "; ".join(node.describe() for node in self.nodes) + ")"


@dataclass(frozen=True, eq=False)
class Soft(Node):
    """Established, or else counted as absent: unknown becomes false. For confirmations that must never block."""

    node: Node

    def verdict(self) -> pl.Expr:
        return self.node.verdict().eq_missing(True)

    def criteria(self) -> Iterator[Criterion]:
        return self.node.criteria()

    def doubts(self) -> Iterator[Criterion]:
        return iter(())

    def unknown(self, bits: Mapping[str, int]) -> pl.Expr:  # noqa: ARG002  never unknown
        return pl.lit(0, dtype=type_mask)

    def describe(self) -> str:
        return f"[if known] {self.node.describe()}"


@dataclass(frozen=True, eq=False)
class Unknown(Node):
    """The condition is unknown. Rules that speak of a missing test (``TSAT missing``) say it with this."""

    node: Node

    def verdict(self) -> pl.Expr:
        return self.node.verdict().is_null()

    def criteria(self) -> Iterator[Criterion]:
        return self.node.criteria()

    def doubts(self) -> Iterator[Criterion]:
        return iter(())

    def unknown(self, bits: Mapping[str, int]) -> pl.Expr:  # noqa: ARG002  never unknown
        return pl.lit(0, dtype=type_mask)

    def describe(self) -> str:
        return f"it is not known whether {self.node.describe()}"


@dataclass(frozen=True, eq=False)
class Named(Node):
    """A condition with a name of its own, so that a rule reads as the reference prints it."""

    name: str
    node: Node

    def verdict(self) -> pl.Expr:
        return self.node.verdict()

    def criteria(self) -> Iterator[Criterion]:
        return self.node.criteria()

    def doubts(self) -> Iterator[Criterion]:
        return self.node.doubts()

    def unknown(self, bits: Mapping[str, int]) -> pl.Expr:
        return self.node.unknown(bits)

    def describe(self) -> str:
        return f"{self.name} {self.node.describe()}"


@dataclass(frozen=True, eq=False)
class TierReached(Node):
    """Another rule has reached a tier at this draw. Established or not: never unknown (RULES.md 4.31.3)."""

    rule_id: str
    least: int
    tier: str = field(default="possible")

    def verdict(self) -> pl.Expr:
        return pl.col(f"{self.rule_id}__status") >= self.least

    def criteria(self) -> Iterator[Criterion]:
        return iter(())

    def unknown(self, bits: Mapping[str, int]) -> pl.Expr:  # noqa: ARG002  never unknown
        return pl.lit(0, dtype=type_mask)

    def describe(self) -> str:
        return f"{self.rule_id} is {self.tier} or surer"


def soft(node: Node) -> Node:
    """Established, or else counted as absent. One of the two deliberate departures from Kleene."""
    return Soft(node)


def soft_not(node: Node) -> Node:
    """True unless the condition is established. The other deliberate departure from Kleene."""
    return Not(Soft(node))


def at_least(n: int, *nodes: Node) -> Node:
    """At least ``n`` of the conditions hold."""
    if not 1 <= n <= len(nodes):
        raise RuleDefinitionError(f"at_least({n}) of {len(nodes)} conditions")
    return AtLeast(n, nodes)


def _flat(kind: type[All | AnyOf], node: Node) -> tuple[Node, ...]:
    return node.nodes if isinstance(node, kind) else (node,)
