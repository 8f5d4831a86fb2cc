"""A rule in the words of its reader: its conditions as an indented tree, its windows as sentences.

Plain text without any markup: the terminal and the rule pages (flows) set it out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from schemas.history_atoms import EVER
from transforms.logic import All, AnyOf, AtLeast, Criterion, Named, Node, Not, Soft, TierReached, Unknown
from transforms.rule import Rule

PARTS: Mapping[str, str] = {
    "applies": "Whom it is about (everyone else: not applicable)",
    "gate": "Must hold for every tier",
    "ruled_out": "Must not hold for any tier",
    "explained_by": "Must not hold; where it is not known, no tier above possible is given",
    "confirmed": "Confirmed",
    "probable": "Probable",
    "possible": "Possible",
}
KEY: tuple[tuple[str, str], ...] = (
    ("if known", "counts only where the data show it; what was not measured or recorded counts as absent"),
    ("unless known", "blocks only where the data show it; what is not known does not block"),
    ("not known whether", "holds while the data leave it open"),
    ("it is known whether", "holds once the data settle it, whichever way"),
    ("as above", "the same condition is spelled out further up in the same rule"),
    ("this cannot be known", "never counts as shown; where it could decide, the patient is indeterminate"),
    (
        "a condition named twice",
        "alone it counts once it is shown; beside others it says when not knowing it leaves the verdict open",
    ),
)
UNCERTAIN = (
    "Without one of these words a condition that is not known leaves the verdict open: where it could still change "
    "the result, the patient is indeterminate."
)


@dataclass(frozen=True)
class Line:
    """One line of a tree. refers: the rule a condition rests on, empty for all others."""

    depth: int
    text: str
    refers: str = ""


def rule_tree(rule: Rule) -> Mapping[str, tuple[Line, ...]]:
    """The parts of the rule, each as a tree; a named condition is spelled out where it comes first."""
    shown: set[int] = set()
    return {name: tuple(_lines(node, 0, "", shown)) for name, node in rule.parts.items()}


def window_words(first: int, last: int, anchor: str = "index") -> str:
    """Days relative to an anchor, both ends included, as a sentence reads them."""
    around = (
        "the ferritin (the blood count where there is none)" if anchor == "ferritin" else "the blood count"
    )
    if first == last == 0:
        return f"on the day of {around}"
    if first <= EVER:
        return f"any time before {around}" + ("" if last == 0 else f", to {_days(last)} {around}")
    if last == 0:
        return f"in the {-first} days up to {around}"
    if first == 0:
        return f"from {around} to {_days(last)} it"
    if first == -last:
        return f"within {last} {'day' if last == 1 else 'days'} of {around}"
    return f"from {_days(first)} to {_days(last)} {around}"


def _days(offset: int) -> str:
    return f"{abs(offset)} {'day' if abs(offset) == 1 else 'days'} {'before' if offset < 0 else 'after'}"


def _lines(node: Node, depth: int, prefix: str, shown: set[int]) -> Iterator[Line]:
    """The node and what is below it. prefix: words that belong before it, with their closing blank."""
    match node:
        case Criterion():
            yield Line(depth, prefix + node.says)
        case TierReached():
            surer = node.tier if node.tier == "confirmed" else f"{node.tier} or surer"
            yield Line(depth, f"{prefix}the rule {node.rule_id} finds it {surer}", node.rule_id)
        case Soft(node=Unknown() as inner) | Not(node=Not(node=inner)):
            yield from _lines(inner, depth, prefix, shown)
        case Soft(node=inner):
            yield from _lines(inner, depth, f"{prefix}if known: ", shown)
        case Not(node=Unknown(node=inner)) | Not(node=Soft(node=Unknown(node=inner))):
            yield from _lines(inner, depth, f"{prefix}it is known whether: ", shown)
        case Not(node=Soft(node=inner)):
            yield from _lines(inner, depth, f"{prefix}unless known: ", shown)
        case Unknown(node=inner):
            yield from _lines(inner, depth, f"{prefix}not known whether: ", shown)
        case Named():
            yield from _named(node, depth, prefix, shown)
        case Not(node=All() | AnyOf() | AtLeast() as group):
            yield Line(depth, f"{prefix}{_group(group, negated=True)}:")
            yield from _children(group, depth + 1, shown)
        case Not(node=inner):
            yield from _lines(inner, depth, f"{prefix}not: ", shown)
        case All() | AnyOf() | AtLeast():
            yield Line(depth, f"{prefix}{_group(node)}:")
            yield from _children(node, depth + 1, shown)
        case _:
            yield Line(depth, prefix + node.describe())


def _named(node: Named, depth: int, prefix: str, shown: set[int]) -> Iterator[Line]:
    if id(node) in shown:
        yield Line(depth, f"{prefix}{node.name} (as above)")
        return
    shown.add(id(node))
    if isinstance(node.node, All | AnyOf | AtLeast):
        yield Line(depth, f"{prefix}{node.name} ({_group(node.node)}):")
        yield from _children(node.node, depth + 1, shown)
    else:
        yield Line(depth, f"{prefix}{node.name}:")
        yield from _lines(node.node, depth + 1, "", shown)


def _children(group: All | AnyOf | AtLeast, depth: int, shown: set[int]) -> Iterator[Line]:
    for child in group.nodes:
        yield from _lines(child, depth, "", shown)


def _group(group: All | AnyOf | AtLeast, *, negated: bool = False) -> str:
    match group:
        case All():
            return "not all of" if negated else "all of"
        case AnyOf():
            return "none of" if negated else "any of"
        case AtLeast(n=n):
            return f"fewer than {n} of" if negated else f"at least {n} of"
