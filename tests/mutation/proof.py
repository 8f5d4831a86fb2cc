"""Whether a mutant of a rule can be told from the rule at all: proved over all evidence there can be.

Rule and mutant become decision diagrams over the unknowns behind their criteria (``tests.mutation.possible``), with the rules
they ask in place of what those reached. If both are one diagram, no evidence tells them apart and the mutant is
equivalent. Otherwise there is evidence that does, as far as is known here of what can go together.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from tests.mutation.diagrams import FALSE, TRUE, UNKNOWN, Diagram, Diagrams, apart
from tests.mutation.possible import unknowns, values, with_columns
from transforms.logic import Criterion, Node, TierReached
from transforms.rule import INDETERMINATE, NOT_APPLICABLE, NOT_MET, TIERS, Rule, tier_condition
from transforms.rules import RULES

Table = npt.NDArray[np.int8]  # truth of a criterion, one axis an unknown
LARGEST_TABLE = 3_000_000  # rows; a criterion that needs more is taken as an unknown of its own
AROUND = ("age_years", "sex", "pregnant", "trimester", "duffy_null", "elevation_adjustment_g_l")
BY_ID = {rule.rule_id: rule for rule in RULES}


class Condition:
    """A condition as a diagram of truths, with the operators of ``transforms.logic``."""

    def __init__(self, diagram: Diagram, diagrams: Diagrams) -> None:
        self.diagram, self._diagrams = diagram, diagrams

    def __and__(self, other: Condition) -> Condition:
        return Condition(self._diagrams.least(self.diagram, other.diagram), self._diagrams)

    def __or__(self, other: Condition) -> Condition:
        return Condition(self._diagrams.most(self.diagram, other.diagram), self._diagrams)

    def __invert__(self) -> Condition:
        return self._mapped("not", {FALSE: TRUE, UNKNOWN: UNKNOWN, TRUE: FALSE})

    def is_null(self) -> Condition:
        return self._mapped("unknown", {FALSE: FALSE, UNKNOWN: TRUE, TRUE: FALSE})

    def eq_missing(self, *, other: bool) -> Condition:
        wanted = TRUE if other else FALSE
        return self._mapped(
            f"is {other}", {n: TRUE if n == wanted else FALSE for n in (FALSE, UNKNOWN, TRUE)}
        )

    def _mapped(self, name: str, numbers: Mapping[int, int]) -> Condition:
        return Condition(self._diagrams.mapped(name, numbers.__getitem__, self.diagram), self._diagrams)


class Proof:
    """All evidence that some rules and their mutants can tell apart (``transforms.logic.Truths`` as diagrams)."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        """rules: a rule and mutants of it, whose criteria are compared over the same unknowns."""
        criteria = {c.id: c for rule in _asked(rules) for c in rule.criteria.values()}
        tables = {name: _table(criterion) for name, criterion in criteria.items()}
        self._kept = _classes(tables)
        self.order = sorted(self._kept, key=lambda name: not _around(name))  # else as the rule reads them
        self._level = {name: level for level, name in enumerate(self.order)}
        self._tables = tables
        self._diagrams = Diagrams()
        self._columns: dict[str, Condition] = {}
        self._conditions: dict[Node, Condition] = {}
        self._statuses: dict[str, Diagram] = {}

    def told_apart_by(self, rule: Rule, mutant: Rule) -> dict[str, dict[str, Any]] | None:
        """Evidence that gets another status by the mutant, by unknown; None if there is none. GivenUpError if too large."""
        found = apart(self.status(rule), self.status(mutant))
        if found is None:
            return None
        return {
            name: self._value(name, number) for name, number in ((self.order[k], v) for k, v in found.items())
        }

    def _value(self, name: str, number: int) -> dict[str, Any]:
        row = self._kept[name][number]
        frame = values(name) if not name.startswith("free:") else pl.DataFrame({name: [False, None, True]})
        return {k: v for k, v in frame.row(row, named=True).items() if v is not None}

    def status(self, rule: Rule) -> Diagram:
        """The status of a rule everywhere, as ``transforms.judging.status`` gives it."""
        number: Diagram = NOT_MET
        join = self._diagrams.combined
        for name, tier in sorted(TIERS.items(), key=lambda item: item[1]):
            if getattr(rule, name) is not None:
                number = join(
                    f"tier {tier}", _tier(tier), number, self.of(tier_condition(rule, name)).diagram
                )
        if rule.explained_by is not None:
            number = join("explained", _explained, number, self.of(rule.explained_by).diagram)
        if rule.applies is not None:
            number = join("applies", _applies, number, self.of(rule.applies).diagram)
        return number

    def column(self, name: str) -> Condition:
        """The verdict of a criterion."""
        if name not in self._columns:
            read, table = self._tables[name]
            axes = [self._kept[unknown] for unknown in read]
            order = sorted(range(len(read)), key=lambda axis: self._level[read[axis]])
            small = table[np.ix_(*axes)].transpose(order) if axes else table
            levels = [self._level[read[axis]] for axis in order]
            self._columns[name] = Condition(self._of_table(small, levels), self._diagrams)
        return self._columns[name]

    def _of_table(self, table: Table, levels: list[int]) -> Diagram:
        if not levels:
            return int(table)
        return self._diagrams.fork(levels[0], tuple(self._of_table(part, levels[1:]) for part in table))

    def reached(self, column: str, least: int) -> Condition:
        """Whether a rule has reached a tier."""
        if column not in self._statuses:
            self._statuses[column] = self.status(BY_ID[column.removesuffix("__status")])
        found = self._diagrams.mapped(
            f"at least {least}", lambda number: TRUE if number >= least else FALSE, self._statuses[column]
        )
        return Condition(found, self._diagrams)

    def of(self, node: Node) -> Condition:
        """The truth of a condition."""
        if node not in self._conditions:
            self._conditions[node] = node.truth(self)
        return self._conditions[node]


def _tier(tier: int) -> Any:
    def reached(number: int, truth: int) -> int:
        if truth == TRUE:
            return tier
        return INDETERMINATE if truth == UNKNOWN and number <= NOT_MET else number

    return reached


def _explained(number: int, truth: int) -> int:
    return NOT_MET if truth == TRUE else min(number, TIERS["possible"]) if truth == UNKNOWN else number


def _applies(number: int, truth: int) -> int:
    return NOT_APPLICABLE if truth == FALSE else number


def _asked(rules: Iterable[Rule]) -> list[Rule]:
    """The rules and all rules that they ask, directly or not."""
    found = list(rules)
    for rule in found:
        found += [BY_ID[name] for name in asked_by(rule) if BY_ID[name] not in found]
    return found


def asked_by(rule: Rule) -> set[str]:
    """The rules whose tiers a rule asks for."""
    found, nodes = set(), list(rule.parts.values())
    while nodes:
        node = nodes.pop()
        if isinstance(node, TierReached):
            found.add(node.rule_id)
        nodes += getattr(node, "nodes", ()) or [
            inner for inner in (getattr(node, "node", None),) if inner is not None
        ]
    return found


def _around(unknown: str) -> bool:
    """Whether many criteria hang together by an unknown, so that it is better known first."""
    return unknown in AROUND or unknown.startswith("observed_")


@cache
def _listed(reads: tuple[str, ...]) -> pl.DataFrame:
    """All that some unknowns can be together, the last of them changing fastest."""
    frame = values(reads[0])
    for name in reads[1:]:
        frame = frame.join(values(name), how="cross")
    return frame


_made: dict[str, tuple[tuple[str, ...], Table]] = {}


def _table(criterion: Criterion) -> tuple[tuple[str, ...], Table]:
    """The unknowns behind a criterion, and its truth at each of their values."""
    if criterion.id not in _made:
        _made[criterion.id] = _tabulated(criterion)
    return _made[criterion.id]


def _tabulated(criterion: Criterion) -> tuple[tuple[str, ...], Table]:
    columns = criterion.expr.meta.root_names()
    read = tuple(dict.fromkeys(name for column in columns for name in unknowns(column)))
    shape = [len(values(name)) for name in read]
    if math.prod(shape) > LARGEST_TABLE:
        return (f"free:{criterion.id}",), np.array([FALSE, UNKNOWN, TRUE], dtype=np.int8)
    frame = with_columns(_listed(read), columns) if read else pl.DataFrame({"nothing": [0]})
    verdicts = frame.select(criterion.expr.cast(pl.Boolean)).to_series()
    truth = verdicts.cast(pl.Int8).replace_strict({0: FALSE, 1: TRUE}, default=None, return_dtype=pl.Int8)
    return read, truth.fill_null(UNKNOWN).to_numpy().reshape(shape)


def _classes(tables: Mapping[str, tuple[tuple[str, ...], Table]]) -> dict[str, list[int]]:
    """One of the values of each unknown that no criterion tells apart."""
    slices_of: dict[str, list[Table]] = {}
    for read, table in tables.values():
        for axis, name in enumerate(read):
            slices_of.setdefault(name, []).append(np.moveaxis(table, axis, 0).reshape(table.shape[axis], -1))
    kept = {}
    for name, slices in slices_of.items():
        seen = {
            tuple(rows[number].tobytes() for rows in slices): number
            for number in reversed(range(len(slices[0])))
        }
        kept[name] = sorted(seen.values())
    return kept
