"""Mutants of the time windows: each swapped end for end, a day short and a day long, and whether the tests notice.

``python -m tests.mutation.windows`` lists the survivors; that takes minutes. A mutant is noticed if it changes the verdict of
any row of any expert table.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import polars as pl

from schemas.evidence import INPUTS
from schemas.history_atoms import EVER, HISTORY_ATOMS
from tests.rules.test_every_clause import expert_tables
from tests.testbed import INDEX, KINDS, evidence_of
from transforms import repeats, treatment
from transforms.judging import judge
from transforms.rule_basis import MADE_OF, histories_read, inputs_read
from transforms.rules import RULES
from transforms.windows import Window

OF_TREATMENT = (
    "START", "STUDY_BEFORE_START", "RECHECK", "FOLLOW_UP", "RESPONSE", "TRANSFUSED_AFTER", "BEFORE_FERRITIN",
    "CANCER_TREATMENT",
)  # fmt: skip
OF_REPEATS = ("REPEAT_DAYS", "PERSISTENCE_DAYS", "BASELINE")
Days = tuple[int, int]


@dataclass(frozen=True)
class WindowMutant:
    """One window changed: what was changed, where it is declared, and the columns of a case without which
    nothing can change.
    """

    says: str
    declared: dict[str, Any]
    name: str
    value: object
    columns: frozenset[str]

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Judge with the changed window."""
        before = self.declared[self.name]
        self.declared[self.name] = self.value
        try:
            yield
        finally:
            self.declared[self.name] = before


def others(days: Days) -> Iterator[tuple[str, Days]]:
    """The window swapped end for end, a day short and a day long at each end; "ever" stays."""
    first, last = days
    if first > EVER:
        if (-last, -first) != days:
            yield "swapped end for end", (-last, -first)
        yield "first day a day later", (first + 1, last)
        yield "first day a day earlier", (first - 1, last)
    yield "last day a day earlier", (first, last - 1)
    yield "last day a day later", (first, last + 1)


def window_mutants() -> Iterator[WindowMutant]:
    """Every mutant of every window that a rule looks through."""
    inputs, atoms = cast("dict[str, Any]", INPUTS), cast("dict[str, Any]", HISTORY_ATOMS)
    read = {name for rule in RULES for name in inputs_read(rule)}
    read |= {part for name in read for part in MADE_OF.get(name, ())}
    for name in sorted(read):
        item = INPUTS[name]
        for says, days in others(item.window) if item.window else ():
            changed = dataclasses.replace(item, window=days)
            yield WindowMutant(f"{name}: {says}", inputs, name, changed, frozenset({name}))
    for name in sorted({name for rule in RULES for name in histories_read(rule)}):
        atom = HISTORY_ATOMS[name]
        for number, (set_id, first, last) in enumerate(atom.sets):
            for says, days in others((first, last)):
                sets = (*atom.sets[:number], (set_id, *days), *atom.sets[number + 1 :])
                changed_atom = dataclasses.replace(atom, sets=sets)
                yield WindowMutant(f"{name}, {set_id}: {says}", atoms, name, changed_atom, frozenset(KINDS))
    for module, names in ((treatment, OF_TREATMENT), (repeats, OF_REPEATS)):
        for name in names:
            value = getattr(module, name)
            plain = (value.first, value.last) if isinstance(value, Window) else value
            for says, days in others(plain):
                made = Window(*days) if isinstance(value, Window) else days
                where = frozenset({"hb", "plt", "anc"}) if module is repeats else frozenset({"rx", "proc"})
                yield WindowMutant(f"{name}: {says}", vars(module), name, made, where)


@cache
def _cases(columns: frozenset[str]) -> tuple[dict[str, str], ...]:
    return tuple(
        {name: cell for name, cell in case.items() if name != "verdict"} | {"case": f"{rule_id}/{number}"}
        for rule_id, rows in expert_tables().items()
        for number, case in enumerate(rows)
        if columns & case.keys() and any("@" in cell or name in INPUTS for name, cell in case.items())
    )


@cache
def _evidence(columns: frozenset[str]) -> pl.DataFrame:
    return evidence_of(list(_cases(columns))).sort("patient_id", "index_collected_at")


def noticed(mutant: WindowMutant) -> bool:
    """Whether the verdict at an index draw of any row of the tables changes."""
    before = _evidence(mutant.columns)
    with mutant.in_force():
        after = evidence_of(list(_cases(mutant.columns))).sort("patient_id", "index_collected_at")
    dated = [name for name in before.columns if name.endswith(("_collected_at", "_flags"))]
    one, other = before.drop(dated), after.drop(dated)
    unlike = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}.")) for name in one.columns)
    rows = (
        pl.concat([one, other.rename(lambda name: f"{name}.")], how="horizontal").select(unlike).to_series()
    )
    at_index = rows & (before["index_collected_at"] == INDEX)
    if not at_index.any():
        return False
    statuses = [rule.status_column for rule in RULES]
    was, now = (judge(frame.filter(at_index), RULES).verdicts.select(statuses) for frame in (before, after))
    return not was.equals(now)


if __name__ == "__main__":
    every = list(window_mutants())
    alive = sorted(mutant.says for mutant in every if not noticed(mutant))
    print(*alive, sep="\n")
    print(f"{len(alive)} of {len(every)} window mutants survive")
