"""What a criterion rests on besides the results it read: a code on record, another blood count, the cut-off at hand.

A night stores only whether a criterion holds. This finds again, for one patient, which event and which other count
made it hold, by the windows and lines that judged it, and which of WHO's cut-offs for hemoglobin it was.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from schemas.history_atoms import HISTORY_ATOMS
from schemas.switches import DEFAULTS, Switches
from schemas.value_sets import CODE_SETS, EXACT, bare
from transforms.anemia import ANEMIA, anemia_cutoffs
from transforms.choices import settled_criterion
from transforms.context import TRANSFUSED
from transforms.logic import Node, soft
from transforms.repeats import PERSISTENCE_DAYS, PERSISTENT, REPEAT_DAYS, TOGETHER
from transforms.rule import Rule
from transforms.treatment import START

_EPOCH = date(1970, 1, 1)
_SETS: Mapping[str, tuple[tuple[str, int, int], ...]] = {
    **{f"has_{atom.id}": atom.sets for atom in HISTORY_ATOMS.values()},
    "red_cells_transfused": (("transfusion", *TRANSFUSED),),
}
_STARTS = {
    "iron_started": "any_iron",
    **dict.fromkeys(("oral_iron_started", "oral_iron_supply_28d", "hb_28_56d_after_start"), "oral_iron"),
}
_LINES: Mapping[str, tuple[tuple[Node, ...], tuple[int, int]]] = {
    **{f"{name}_found": (lines, REPEAT_DAYS) for name, lines in TOGETHER.items()},
    **{f"{name}_found": ((line,), PERSISTENCE_DAYS) for name, line in PERSISTENT.items()},
    "second_count_120_730d_found": ((), PERSISTENCE_DAYS),
}


@dataclass(frozen=True)
class Event:
    """A code on record. display: what the value set calls it. start, end: first and last day that the event counts for."""

    code_system: str
    code: str
    display: str
    start: date
    end: date


@dataclass(frozen=True)
class OtherCounts:
    """Other blood counts in the days that a criterion asks about.

    counted: how many there are. found: the nearest that meets it, of two equally near the earlier. inputs: what is low.
    """

    counted: int
    found: datetime | None
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class Cutoff:
    """WHO's cut-off for hemoglobin at a draw, g/L, its ends apart where age, sex or trimester leave several open.

    adjusted: the hemoglobin that is compared with it where elevation changes it, else None.
    """

    lowest: float
    highest: float
    adjusted: float | None


def event_behind(criterion_id: str, coded: Mapping[str, pl.DataFrame], at: datetime) -> Event | None:
    """The event that meets a criterion about a patient's history at a draw: the newest, of a course of iron its first start.

    coded: the patient's events of each value set, as ``context.coded_events`` gives them. None where no event meets the
    criterion, or it asks for none.
    """
    day = (at.date() - _EPOCH).days
    first, last = pl.col("first"), pl.col("last")
    if criterion_id in _STARTS:
        name = _STARTS[criterion_id]
        starts = coded[name].filter(first.is_between(day + START[0], day + START[1]))
        return _event(name, starts.sort("first", "code_system", "code"))
    found = [
        (name, coded[name].filter((first <= day + to) & (last >= day + since)))
        for name, since, to in _SETS.get(criterion_id, ())
    ]
    newest = [
        event
        for name, events in found
        if (
            event := _event(
                name, events.sort("first", "code_system", "code", descending=[True, False, False])
            )
        )
    ]
    return max(newest, key=lambda event: event.start, default=None)


def _event(set_id: str, events: pl.DataFrame) -> Event | None:
    """The first of the events."""
    if events.is_empty():
        return None
    row = events.row(0, named=True)
    start, end = (_EPOCH + timedelta(days=row[name]) for name in ("first", "last"))
    return Event(
        row["code_system"], row["code"], _display(set_id, row["code_system"], row["code"]), start, end
    )


def _display(set_id: str, system: str, code: str) -> str:
    """What the closest line of the value set calls a code."""
    asked = bare(code)
    lines = [
        line
        for line in CODE_SETS[set_id].codes
        if line.system == system
        and (asked == line.bare if line.match == EXACT else asked.startswith(line.bare))
    ]
    return max(lines, key=lambda line: len(line.bare)).display if lines else ""


def other_counts(
    criterion_id: str, evidence: pl.DataFrame, at: datetime, switches: Switches = DEFAULTS
) -> OtherCounts | None:
    """The other blood counts that a criterion at a draw is about; None where it asks for none, or cannot be told.

    evidence: every draw of the patient. switches: the edition that says what is anemia.
    """
    if criterion_id not in _LINES:
        return None
    lines, (nearest, farthest) = _LINES[criterion_id]
    away = (pl.col("index_collected_at").dt.date() - at.date()).dt.total_days().abs()
    counts = evidence.filter(away.is_between(nearest, farthest)).sort(
        (pl.col("index_collected_at") - at).abs(), "index_collected_at"
    )
    settled = [settled_criterion(line, switches) for line in lines]
    if not _has(evidence, *(line.expr for line in settled)):
        return None
    verdicts = counts.select("index_collected_at", *(line.expr.alias(line.id) for line in settled))
    met = verdicts.filter(
        pl.all_horizontal([pl.lit(value=True), *(soft(line).verdict() for line in settled)])
    )
    found = met["index_collected_at"][0] if len(met) else None
    return OtherCounts(len(counts), found, tuple(line.inputs[0] for line in settled))


def cutoff_of(
    criterion_id: str, evidence: pl.DataFrame, at: datetime, switches: Switches = DEFAULTS
) -> Cutoff | None:
    """The cut-off that the criterion of anemia compared with at a draw; None for another one, or where it cannot be told.

    evidence, switches: as in ``other_counts``.
    """
    if criterion_id != settled_criterion(ANEMIA, switches).id:
        return None
    lowest, highest = anemia_cutoffs(switches.hb_edition)
    moved = pl.when(pl.col("elevation_adjustment_g_l") != 0).then("hb_adjusted_g_l")
    here = evidence.filter(pl.col("index_collected_at") == at)
    if here.is_empty() or not _has(evidence, lowest, highest, moved):
        return None
    return Cutoff(**here.select(lowest=lowest, highest=highest, adjusted=moved).row(0, named=True))


def followed_until(rule: Rule, unknown: Collection[str], evidence: pl.DataFrame, at: datetime) -> date | None:
    """The day to which the follow-up of a draw has to reach for the unknown criteria of a rule that wait for it.

    unknown: ids of criteria. evidence: as in ``other_counts``. None where none of them waits, or it cannot be told.
    """
    clocks = [
        clock
        for name, criterion in rule.criteria.items()
        if (clock := criterion.due) is not None and name in unknown and _has(evidence, clock)
    ]
    here = evidence.filter(pl.col("index_collected_at") == at)
    if not clocks or here.is_empty():
        return None
    days = here.select(pl.max_horizontal(clocks)).item()
    return None if days is None else at.date() + timedelta(days=days)


def _has(evidence: pl.DataFrame, *asked: pl.Expr) -> bool:
    """Whether the evidence has what is asked of it; that of an older version may have other columns."""
    return {name for expr in asked for name in expr.meta.root_names()} <= set(evidence.columns)
