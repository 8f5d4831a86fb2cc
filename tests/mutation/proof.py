"""Whether a mutant of a rule can be told from the rule at all: proved by cases, or a case that tells them apart.

Criteria about one input hang together (a ferritin below 15 is below 30), so what they can say jointly is listed from
values on and beside every limit. Criteria of different inputs, and what other rules reached, are taken as free, although
some cannot be combined by any patient: who is equivalent here is equivalent everywhere, not the other way round.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

import polars as pl

from schemas.evidence import CONTEXT, INPUTS
from tests.properties.cases import VALUES
from tests.properties.perturbed import ALWAYS_KNOWN, CONTEXTS, MORE
from tests.testbed import interval
from transforms.logic import All, AnyOf, AtLeast, Criterion, Named, Node, Not, Soft, TierReached, Unknown
from transforms.rule import Rule
from transforms.rule_basis import INPUT_OF

Truth = bool | None
Left = "Tree | Truth"  # a condition of which something is open, or what it came to
Case = Mapping[str, Truth]
LARGEST_GROUP = 60_000  # rows of values; criteria that need more are taken as free
PATIENCE = 1_500  # pairs of remainders looked at before the proof is given up


class GivenUpError(Exception):
    """The proof takes too long."""


def difference(rule: Rule, mutant: Rule) -> bool | None:
    """Whether some case tells the mutant from the rule; None where that was not decided in time."""
    criteria = {c.id: c for c in (*rule.criteria.values(), *mutant.criteria.values())}
    one, other = _state(rule), _state(mutant)
    groups = [*_groups(criteria), *_tiers(_atoms(one) | _atoms(other))]
    known: dict[tuple[Left, Left], bool] = {}

    def differ(one: Left, other: Left) -> bool:
        if one is other:
            return False
        if not _atoms(one) | _atoms(other):
            return True
        if (one, other) not in known:
            if len(known) > PATIENCE:
                raise GivenUpError
            group = _next(groups, one, other)
            known[one, other] = any(
                differ(_put(one, case, seen), _put(other, case, seen))
                for case, seen in ((case, {}) for case in _cases(group, criteria))
            )
        return known[one, other]

    try:
        return differ(one, other)
    except GivenUpError:
        return None


def _next(groups: Sequence[tuple[str, ...]], one: Left, other: Left) -> tuple[str, ...]:
    """The group to look at next: one that only one of the two still reads, else the one most often read."""
    mine, yours = _atoms(one), _atoms(other)
    open_ = [group for group in groups if (mine | yours) & set(group)]
    return min(open_, key=lambda group: (not (mine ^ yours) & set(group), -len((mine | yours) & set(group))))


# --- what criteria can say jointly -------------------------------------------------------------------------------------
def _groups(criteria: Mapping[str, Criterion]) -> list[tuple[str, ...]]:
    """Criteria that read the same first input together, as far as their values can be listed; others alone."""
    by_input: dict[str, list[str]] = {}
    for name, criterion in criteria.items():
        by_input.setdefault(_units(criterion)[0] if _units(criterion) else name, []).append(name)
    groups: list[tuple[str, ...]] = []
    for names in by_input.values():
        group: list[str] = []
        units: set[str] = set()
        for name in sorted(names, key=lambda name: len(_units(criteria[name]))):
            wider = units | set(_units(criteria[name]))
            if group and _size(wider) > LARGEST_GROUP:
                groups.append((name,))
            else:
                group.append(name)
                units = wider
        groups.append(tuple(sorted(group)))
    return groups


def _tiers(atoms: frozenset[str]) -> list[tuple[str, ...]]:
    """What is asked of another rule, as one group a rule."""
    asked = sorted(name for name in atoms if ">=" in name)
    rules = dict.fromkeys(name.split(">=")[0] for name in asked)
    return [tuple(name for name in asked if name.split(">=")[0] == rule) for rule in rules]


@cache
def _units_of(columns: tuple[str, ...]) -> tuple[str, ...]:
    found = dict.fromkeys(
        "hb" if c.startswith("hb_adjusted") else INPUT_OF.get(c, c) for c in columns if c != "unit_problems"
    )
    return tuple(sorted(found, key=lambda unit: (unit in CONTEXT, unit)))


def _units(criterion: Criterion) -> tuple[str, ...]:
    return _units_of(tuple(criterion.expr.meta.root_names()))


def _size(units: set[str]) -> int:
    size = 1
    for unit in units:
        size *= len(_values(unit))
    return size


@cache
def _values(unit: str) -> tuple[Mapping[str, Any], ...]:
    if unit in INPUTS:
        column = INPUTS[unit].column
        made = []
        texts = dict.fromkeys((*VALUES.get(unit, ()), *MORE.get(unit, ()), *_limits(unit), ""))
        for text in texts:
            low, high = interval(text) if text else (None, None)
            ends = (low, None, None) if low == high else (None, low, high)
            row = dict(zip((column, f"{column}_low", f"{column}_high"), ends, strict=True))
            if unit == "hb":
                row |= dict(
                    zip(("hb_adjusted_g_l", "hb_adjusted_g_l_low", "hb_adjusted_g_l_high"), ends, strict=True)
                )
            made.append(row)
        return tuple(made)
    if unit in CONTEXTS:
        return tuple({unit: value} for value in CONTEXTS[unit])
    return tuple({unit: value} for value in ((True, False) if unit in ALWAYS_KNOWN else (True, False, None)))


def _limits(unit: str) -> Iterator[str]:
    """Intervals that end between the limits, so that each comparison can be unknown with any other known."""
    for text in (*VALUES.get(unit, ()), *MORE.get(unit, ())):
        if text[0] not in "<>":
            yield f"<{text}"
            yield f">{text}"


_listed: dict[tuple[str, ...], list[Case]] = {}


def _cases(group: tuple[str, ...], criteria: Mapping[str, Criterion]) -> list[Case]:
    """What the criteria of a group can say jointly."""
    if group not in _listed:
        _listed[group] = _list(group, criteria)
    return _listed[group]


def _list(group: tuple[str, ...], criteria: Mapping[str, Criterion]) -> list[Case]:
    if ">=" in group[0]:
        least = {name: int(name.split(">=")[1]) for name in group}
        return [{name: reached >= level for name, level in least.items()} for reached in range(4)]
    units = sorted({unit for name in group for unit in _units(criteria[name])})
    if not units or _size(set(units)) > LARGEST_GROUP:
        return [dict.fromkeys(group, value) for value in (True, False, None)]
    rows = [
        {k: v for part in parts for k, v in part.items()} for parts in itertools.product(*map(_values, units))
    ]
    columns = {name for row in rows[:1] for name in row}
    frame = pl.DataFrame(rows, schema={name: _dtype(name) for name in sorted(columns)})
    wanted = {name for item in group for name in criteria[item].expr.meta.root_names()} - set(frame.columns)
    frame = frame.with_columns(pl.lit(None, dtype=_dtype(name)).alias(name) for name in wanted)
    frame = frame.with_columns(
        pl.lit(0, dtype=pl.Int64).alias("unit_problems"), pl.lit(0.0).alias("elevation_adjustment_g_l")
    )
    said = frame.select(criteria[name].expr.cast(pl.Boolean).alias(name) for name in group).unique()
    return list(said.iter_rows(named=True))


def _dtype(column: str) -> Any:
    if column == "sex":
        return pl.String
    if column.startswith("follow_up_") or column in (
        "trimester", "iron_start_day", "oral_iron_start_day", "oral_iron_supply_days", "first_dose_day"
    ):  # fmt: skip
        return pl.Int64
    if (
        column in INPUT_OF
        or column.startswith(("hb_adjusted", "hb_best"))
        or column in ("age_years", "mcv_computed_fl")
    ):
        return pl.Float64
    return pl.Boolean


# --- trees that become smaller as more is known ---------------------------------------------------------------------
class Tree:
    """What is left of a condition: made once for each content, so that equal trees are one object."""

    __slots__ = ("atoms", "kind", "number", "parts")
    made: ClassVar[dict[tuple[Any, ...], Tree]] = {}

    kind: str
    parts: tuple[Any, ...]
    atoms: frozenset[str]
    number: int


def _make(kind: str, *parts: Any) -> Tree:
    known = Tree.made.get((kind, *parts))
    if known is None:
        known = Tree()
        known.kind, known.parts, known.number = kind, parts, len(Tree.made)
        known.atoms = frozenset({parts[0]}) if kind == "atom" else frozenset().union(*map(_atoms, parts))
        Tree.made[(kind, *parts)] = known
    return known


def _atoms(part: Any) -> frozenset[str]:
    if isinstance(part, Tree):
        return part.atoms
    return frozenset().union(*map(_atoms, part)) if isinstance(part, tuple) else frozenset()


def _state(rule: Rule) -> Left:
    """A rule as a tree of status: decided, it is the number of ``transforms.judging.status``."""
    parts = {name: _tree(node) for name, node in rule.parts.items()}
    gate, out = parts.get("gate", True), _not(parts.get("ruled_out", False))
    tiers = tuple(
        _all((gate, out, parts[name])) if name in parts else False
        for name in ("confirmed", "probable", "possible")
    )
    return _decided(parts.get("applies", True), parts.get("explained_by", False), tiers)


def _decided(applies: Left, explained: Left, tiers: tuple[Left, ...]) -> Left:
    """The status where it is certain: 3, 2, 1, 0, -1 (indeterminate), -2 (not applicable); else what is left of it."""
    if applies is False:
        return _make("number", -2)
    sure = tiers.index(True) if True in tiers else 2
    left = (*tiers[: sure + 1], *[False] * (2 - sure))  # below a tier that holds nothing matters
    inside = applies if isinstance(applies, Tree) else True  # an unknown counts as inside
    if isinstance(inside, Tree) or isinstance(explained, Tree) or isinstance(left[0], Tree):
        return _make("status", inside, explained, left)
    if explained is True:
        return _make("number", 0)
    if any(isinstance(tier, Tree) for tier in left) and not (explained is None and left[0] is True):
        return _make("status", inside, explained, left)
    number = 3 - left.index(True) if True in left else -1 if None in left else 0
    return _make("number", min(number, 1) if explained is None else number)


def _tree(node: Node) -> Left:
    match node:
        case Criterion():
            return _make("atom", node.id)
        case TierReached():
            return _make("atom", f"{node.rule_id}>={node.least}")
        case Named(node=inner):
            return _tree(inner)
        case Not(node=inner):
            return _not(_tree(inner))
        case Soft(node=inner):
            return _soft(_tree(inner))
        case Unknown(node=inner):
            return _unknown(_tree(inner))
        case All(nodes=nodes):
            return _all(tuple(map(_tree, nodes)))
        case AnyOf(nodes=nodes):
            return _any(tuple(map(_tree, nodes)))
        case AtLeast(n=n, nodes=nodes):
            return _at_least(n, tuple(map(_tree, nodes)))
    raise TypeError(type(node).__name__)


def _not(tree: Left) -> Left:
    if not isinstance(tree, Tree):
        return None if tree is None else not tree
    return tree.parts[0] if tree.kind == "not" else _make("not", tree)


def _soft(tree: Left) -> Left:
    """Established or not. A conjunction is established if each part is, a disjunction if any part is."""
    if not isinstance(tree, Tree):
        return tree is True
    if tree.kind in ("soft", "unknown") or (tree.kind == "not" and tree.parts[0].kind in ("soft", "unknown")):
        return tree
    if tree.kind == "all":
        return _all(tuple(map(_soft, tree.parts[0])))
    if tree.kind == "any":
        return _any(tuple(map(_soft, tree.parts[0])))
    return _make("soft", tree)


def _unknown(tree: Left) -> Left:
    if not isinstance(tree, Tree):
        return tree is None
    return False if tree.kind in ("soft", "unknown") else _make("unknown", tree)


def _all(parts: Sequence[Left]) -> Left:
    return _joined("all", parts, absorbing=False)


def _any(parts: Sequence[Left]) -> Left:
    return _joined("any", parts, absorbing=True)


def _joined(kind: str, parts: Sequence[Left], *, absorbing: bool) -> Left:
    flat: dict[Left, None] = {}
    for part in parts:
        for item in part.parts[0] if isinstance(part, Tree) and part.kind == kind else (part,):
            if item is absorbing:
                return absorbing
            if item is not (not absorbing):
                flat[item] = None
    if len(flat) < 2:
        return next(iter(flat), not absorbing)
    return _make(kind, tuple(sorted(flat, key=lambda item: -1 if item is None else item.number)))


def _at_least(n: int, parts: Sequence[Left]) -> Left:
    true, unknown = sum(part is True for part in parts), sum(part is None for part in parts)
    left = [part for part in parts if isinstance(part, Tree)]
    if true >= n:
        return True
    if true + unknown + len(left) < n:
        return False
    if not left:
        return None
    return _make("at_least", n - true, unknown, tuple(sorted(left, key=lambda item: item.number)))


def _put(tree: Left, case: Case, seen: dict[Tree, Left]) -> Left:
    """The tree with what the case says put in its place. seen: what was made of other trees with the same case."""
    if not isinstance(tree, Tree) or not tree.atoms & case.keys():
        return tree
    if tree not in seen:
        seen[tree] = _put_anew(tree, case, seen)
    return seen[tree]


def _put_anew(tree: Tree, case: Case, seen: dict[Tree, Left]) -> Left:
    match tree.kind, tree.parts:
        case "atom", (name,):
            return case[name]
        case "not", (inner,):
            return _not(_put(inner, case, seen))
        case "soft", (inner,):
            return _soft(_put(inner, case, seen))
        case "unknown", (inner,):
            return _unknown(_put(inner, case, seen))
        case ("all" | "any") as kind, (parts,):
            put = [_put(part, case, seen) for part in parts]
            return _all(put) if kind == "all" else _any(put)
        case "at_least", (n, unknown, parts):
            return _at_least(n, [*[None] * unknown, *(_put(part, case, seen) for part in parts)])
        case "status", (applies, explained, tiers):
            return _decided(
                _put(applies, case, seen),
                _put(explained, case, seen),
                tuple(_put(tier, case, seen) for tier in tiers),
            )
    raise TypeError(tree.kind)
