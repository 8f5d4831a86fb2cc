"""Criteria about measured inputs: "ferritin below 30 ug/L", with its unit checked and its source named.

An input is an interval (exact values have equal ends, ``<5`` is [0, 5)); a comparison is true or false only where
the whole interval says so, else unknown (RULES.md 0.2). Open ends are stored as the nearest number inside, and
values are rounded when they are made, so that plain comparisons are right here.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from schemas.evidence import INPUTS, UNIT_PROBLEM_BIT
from transforms.errors import RuleDefinitionError
from transforms.logic import Criterion


@dataclass(frozen=True)
class Quantity:
    """A measured input of the evidence.

    void: (reason, condition) pairs under which a measured value is not believed for rules; the comparison is then
    unknown for that reason. reason: how a missing value is reported, the input's id unless given. parts: the inputs a
    ratio is made of; what is missing or censored is then named among them.
    """

    input_id: str
    void: tuple[tuple[str, pl.Expr], ...] = ()
    reason: str = ""
    parts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.input_id not in INPUTS:
            raise RuleDefinitionError(f"{self.input_id} is not an input of the evidence")

    @property
    def missing(self) -> pl.Expr:
        """Nothing usable was measured in the window."""
        column = INPUTS[self.input_id].column
        return pl.col(column).is_null() & pl.col(f"{column}_low").is_null()

    @property
    def low(self) -> pl.Expr:
        column = INPUTS[self.input_id].column
        return self._believed(pl.coalesce(column, f"{column}_low"))

    @property
    def high(self) -> pl.Expr:
        column = INPUTS[self.input_id].column
        return self._believed(pl.coalesce(column, f"{column}_high"))

    def _believed(self, value: pl.Expr) -> pl.Expr:
        for _, condition in self.void:
            value = pl.when(~condition).then(value)
        return value

    def reasons(self) -> tuple[tuple[str, pl.Expr], ...]:
        """Why a comparison with this input can be unknown."""
        voided = (
            pl.any_horizontal([condition for _, condition in self.void]) if self.void else pl.lit(value=False)
        )
        named = [(part, Quantity(part)) for part in self.parts] or [(self.reason or self.input_id, self)]
        gaps = [gap for name, measured in named for gap in self._gaps(name, measured)]
        return (*self.void, *((reason, condition & ~voided) for reason, condition in gaps))

    def _gaps(self, name: str, measured: Quantity) -> tuple[tuple[str, pl.Expr], ...]:
        """What keeps the comparison unknown: the measured input has a bad unit, is missing, or is censored."""
        unusable = unit_problem(measured.input_id)
        censored = pl.col(INPUTS[measured.input_id].column).is_null()
        return (
            (f"{name}(unit)", self.missing & measured.missing & unusable),
            (name, self.missing & measured.missing & ~unusable),
            (f"{name}(censored)", ~self.missing & censored),
        )

    def below(self, limit: float, unit: str, source: str, place: str) -> Criterion:
        """Strictly below the limit."""
        return self._compare("below", limit, unit, source, place, less(self, limit))

    def at_least(self, limit: float, unit: str, source: str, place: str) -> Criterion:
        """The limit or more."""
        return self._compare("at_least", limit, unit, source, place, ~less(self, limit))

    def above(self, limit: float, unit: str, source: str, place: str) -> Criterion:
        """Strictly above the limit."""
        return self._compare("above", limit, unit, source, place, more(self, limit))

    def at_most(self, limit: float, unit: str, source: str, place: str) -> Criterion:
        """The limit or less."""
        return self._compare("at_most", limit, unit, source, place, ~more(self, limit))

    def _compare(
        self, verb: str, limit: float, unit: str, source: str, place: str, expr: pl.Expr
    ) -> Criterion:
        item = INPUTS[self.input_id]
        if unit != item.unit:
            raise RuleDefinitionError(f"{item.id} is kept in {item.unit}, not in {unit}")
        amount = f"{limit:g}" + ("" if unit == "1" else f" {unit}")
        words = verb.replace("_", " ")
        return Criterion(
            id=f"{item.id}_{verb}_{limit:g}".replace(".", "_"),
            says=f"{item.title} {words} {amount}",
            expr=expr,
            inputs=(item.id,),
            reasons=self.reasons(),
            threshold=f"{words} {amount}",
            citation=f"{source}, {place}" if place else source,
        )


def unit_problem(input_id: str) -> pl.Expr:
    """A result lies in the input's window, but its unit could not be used."""
    return (pl.col("unit_problems") & UNIT_PROBLEM_BIT[input_id]) != 0


def less(quantity: Quantity, limit: pl.Expr | float) -> pl.Expr:
    """The whole interval is below the limit (true), none of it is (false), or it cannot be told (null)."""
    return (
        pl.when(quantity.high < limit)
        .then(pl.lit(value=True))
        .when(quantity.low >= limit)
        .then(pl.lit(value=False))
    )


def more(quantity: Quantity, limit: pl.Expr | float) -> pl.Expr:
    """The whole interval is above the limit (true), none of it is (false), or it cannot be told (null)."""
    return (
        pl.when(quantity.low > limit)
        .then(pl.lit(value=True))
        .when(quantity.high <= limit)
        .then(pl.lit(value=False))
    )
