"""The ends of the intervals in gathered evidence, as expressions over its columns ``<input>.lo`` and ``<input>.hi``."""

from __future__ import annotations

import polars as pl


def low(name: str) -> pl.Expr:
    """Lower end of an input's interval."""
    return pl.col(f"{name}.lo")


def high(name: str) -> pl.Expr:
    """Upper end of an input's interval."""
    return pl.col(f"{name}.hi")


def exact(name: str) -> pl.Expr:
    """The value of an input where it is exact; null where it is missing or censored."""
    return pl.when(low(name) == high(name)).then(low(name))


def same_time(*names: str) -> pl.Expr:
    """The inputs were collected at the same moment."""
    first, *others = names
    return pl.all_horizontal([pl.col(f"{first}.at") == pl.col(f"{other}.at") for other in others])


def derived(name: str, value: pl.Expr) -> list[pl.Expr]:
    """Both ends of a derived input that is never an interval: its value, rounded."""
    return [value.round(9).alias(f"{name}.{end}") for end in ("lo", "hi")]


def settled_ends(lo: pl.Expr, hi: pl.Expr) -> list[pl.Expr]:
    """Both ends of a derived value: rounded where it is exact, as they are where it is an interval."""
    return [pl.when(lo == hi).then(end.round(9)).otherwise(end) for end in (lo, hi)]
