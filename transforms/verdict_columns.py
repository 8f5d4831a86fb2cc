"""Where a condition finds the truth of what it is made of: verdict columns, as expressions or already computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import polars as pl

if TYPE_CHECKING:
    from transforms.logic import Node

Truth = Any  # nullable Booleans, one a draw: a Polars expression, a transforms.truths.Kleene, or one verdict


class Truths(Protocol):
    """The verdicts of criteria, what rules reached, and what conditions come to."""

    def column(self, name: str) -> Truth:
        """The verdict of a criterion."""

    def reached(self, column: str, least: int) -> Truth:
        """Whether the status in a column is at least so much."""

    def of(self, node: Node) -> Truth:
        """The truth of a condition."""


class _Expressions:
    """Truths as expressions that are built each time they are asked for."""

    def column(self, name: str) -> pl.Expr:
        return pl.col(name)

    def reached(self, column: str, least: int) -> pl.Expr:
        return pl.col(column) >= least

    def of(self, node: Node) -> Truth:
        return node.truth(self)


EXPRESSIONS = _Expressions()
