"""Mutants of the time windows: each a day short and a day long at each end, and swapped end for end.

A mutant is noticed if an edge of ``tests.evidence.window_edges`` that its window decides is wrong under it. Windows that decide
other edges can be changed at once, so a batch of mutants costs what one does; whatever else an edge's patient has lies
days away from the ends of its own windows. ``python -m tests.mutation.windows`` lists the survivors.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, cast

from schemas.evidence import INPUTS
from schemas.history_atoms import EVER, HISTORY_ATOMS
from tests.evidence.window_edges import edges, wrong
from transforms import context, iron_panel, pregnancy, repeats, treatment
from transforms.rule_basis import MADE_OF, histories_read, inputs_read
from transforms.rules import RULES
from transforms.windows import Window

Days = tuple[int, int]

# Windows that the code names, with the columns of the evidence that they decide.
_IRON = ("iron_start_day", "oral_iron_start_day")
NAMED: tuple[tuple[Any, str, tuple[str, ...]], ...] = (
    (pregnancy, "PREGNANCY_CODE", ("pregnant",)),
    (context, "TRANSFUSED", ("transfused_120d", "hba2_transfused")),
    (context, "TRANSFUSED_RECENTLY", ("transfused_30d",)),
    (context, "INTRAVENOUS_IRON", ("iv_iron_56d",)),
    (context, "IRON_BEFORE_SATURATION", ("tsat_after_iron",)),
    (context, "TABLETS_BEFORE_SATURATION", ("tsat_after_iron",)),
    (context, "BEFORE_STAIN", ("stain_after_iron_or_blood",)),
    (iron_panel, "SAME_DAY", ("tsat_pct",)),
    (treatment, "START", _IRON),
    (treatment, "STUDY_BEFORE_START", ("iron_study_at_start",)),
    (treatment, "RECHECK", ("hb_after_iron_start",)),
    (treatment, "FOLLOW_UP", ("hb_28_56d_after_oral_iron",)),
    (treatment, "RESPONSE", ("hb_best_after_oral_iron_g_l_low",)),
    (treatment, "TRANSFUSED_AFTER", ("transfused_after_oral_iron",)),
    (treatment, "BEFORE_FERRITIN", ("iron_before_ferritin",)),
    (treatment, "CANCER_TREATMENT", ("first_dose_day",)),
    (treatment, "STUDY_AROUND", ("iron_study_closes_gap",)),
    (treatment, "RETICULOCYTES_AROUND", ("retic_closes_gap",)),
    (treatment, "RECEPTOR_AROUND", ("stfr_or_chr_closes_gap",)),
    (repeats, "BASELINE", ("normal_count_before_treatment",)),
)
# their columns also hang on the windows of iron, binding capacity and ferritin
LATER = ("tsat", "crp", "agp")
# Distances in days, before or after: there is no other end to swap with.
DISTANCES: tuple[tuple[Any, str, tuple[str, ...]], ...] = (
    (repeats, "REPEAT_DAYS", tuple(repeats.TOGETHER)),
    (repeats, "PERSISTENCE_DAYS", ("second_count_120_730d", "persistent_mono", *repeats.PERSISTENT)),
)


@dataclass(frozen=True)
class WindowMutant:
    """One window changed: what was changed, where it is declared, and the columns of the evidence that it decides.

    batch: mutants of one batch can be in force together.
    """

    says: str
    declared: dict[str, Any]
    name: str
    value: object
    columns: tuple[str, ...]
    batch: str

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Gather evidence with the changed window."""
        before = self.declared[self.name]
        self.declared[self.name] = self.value
        try:
            yield
        finally:
            self.declared[self.name] = before


def others(days: Days) -> Iterator[tuple[str, Days]]:
    """The window a day short and a day long at each end, and swapped end for end; "ever" stays."""
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
    yield from _of_inputs()
    yield from _of_histories()
    for module, name, columns in (*NAMED, *DISTANCES):
        value = getattr(module, name)
        for says, days in others((value.first, value.last) if isinstance(value, Window) else value):
            swapped = says.startswith("swapped")
            if swapped and (module, name, columns) in DISTANCES:
                continue
            made = Window(*days) if isinstance(value, Window) else days
            # a swapped window may lose the day by which another one is dated
            batch = f"{name} {says}" if swapped else f"named {says}"
            yield WindowMutant(f"{name}: {says}", vars(module), name, made, columns, batch)


def _of_inputs() -> Iterator[WindowMutant]:
    declared = cast("dict[str, Any]", INPUTS)
    read = {name for rule in RULES for name in inputs_read(rule)}
    read |= {part for name in read for part in MADE_OF.get(name, ())}
    for name in sorted(read):
        item = INPUTS[name]
        for says, days in others(item.window) if item.window else ():
            changed = dataclasses.replace(item, window=days)
            batch = f"{'later' if name in LATER else 'first'} inputs {says}"
            yield WindowMutant(f"{name}: {says}", declared, name, changed, (item.column,), batch)


def _of_histories() -> Iterator[WindowMutant]:
    declared = cast("dict[str, Any]", HISTORY_ATOMS)
    for name in sorted({name for rule in RULES for name in histories_read(rule)}):
        atom = HISTORY_ATOMS[name]
        for number, (set_id, first, last) in enumerate(atom.sets):
            for says, days in others((first, last)):
                sets = (*atom.sets[:number], (set_id, *days), *atom.sets[number + 1 :])
                changed = dataclasses.replace(atom, sets=sets)
                batch = f"set {number} of histories {says}"  # the sets of an atom share a column
                yield WindowMutant(f"{name}, {set_id}: {says}", declared, name, changed, (name,), batch)


def batches() -> dict[str, list[WindowMutant]]:
    """All mutants by batch."""
    found: dict[str, list[WindowMutant]] = {}
    for mutant in window_mutants():
        found.setdefault(mutant.batch, []).append(mutant)
    return found


def survivors(batch: list[WindowMutant]) -> list[str]:
    """Those of a batch that no edge notices."""
    decided = {column for mutant in batch for column in mutant.columns}
    with ExitStack() as changes:
        for mutant in batch:
            changes.enter_context(mutant.in_force())
        failed = {edge.column for edge in wrong([edge for edge in edges() if edge.column in decided])}
    return [mutant.says for mutant in batch if not failed & set(mutant.columns)]


if __name__ == "__main__":
    mutants = batches()
    alive = sorted(says for batch in mutants.values() for says in survivors(batch))
    print(*alive, sep="\n")
    print(f"{len(alive)} of {sum(map(len, mutants.values()))} window mutants survive")
