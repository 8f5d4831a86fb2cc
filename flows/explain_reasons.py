"""Which criteria decided: walks a rule's tree of named criteria with the verdicts that a night has stored.

Pure three-valued logic over stored verdicts, no clinical condition: the conditions are transforms.rules'.
Where the night was judged by another version of a rule than the one at hand, there is no answer (None),
never a wrong one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from schemas.switches import Switches
from transforms.logic import All, AnyOf, AtLeast, Criterion, Named, Node, Not, Soft, TierReached, Unknown
from transforms.rule import INDETERMINATE, NOT_APPLICABLE, NOT_MET, TIERS, Rule
from transforms.rules import rule_book
from transforms.why import why_rows

Verdicts = Mapping[str, bool | None]
Tiers = Mapping[str, str]

_COHORT_EFFORT, _UNKNOWN_EFFORT, _SILENT_EFFORT = 2, 10, 1000

Book = Mapping[str, Rule]
CARE_GAP = "care gap"  # the side of RULES.md 5.3


def book_of(switches: Switches) -> Book:
    """The rules at hand by id, with the choices between sources that a night made."""
    return {rule.rule_id: rule for rule in rule_book(switches)}


@dataclass(frozen=True)
class RuleAtDraw:
    """A rule at one draw. rule: None where the night was judged by another version than the one at hand.

    verdicts: the rule's stored verdicts at the draw. tiers: the tier of every rule met there.
    """

    rule: Rule | None
    verdicts: Verdicts
    tiers: Tiers


def at_draw(book: Book, rule_id: str, version: int, verdicts: Verdicts, tiers: Tiers) -> RuleAtDraw:
    """The rule of the book at a draw that a night judged by this version of it."""
    return RuleAtDraw(_rule(book, rule_id, version), verdicts, tiers)


def decisive_criteria(judged: RuleAtDraw, status: str, tier: str | None) -> frozenset[str] | None:
    """Ids of the criteria on which the status of a rule at a draw rests; None if its version is not at hand.

    Another rule that it rests on is named ``RULE:TIER`` (``cohorts_asked``).
    """
    rule = judged.rule
    if rule is None:
        return None
    walk = _Walk(judged.verdicts, judged.tiers, every_reason=status == "met")
    if status == "met":
        holds = [rule.gate, getattr(rule, str(tier))]
        # In a care gap the scope holds what asked for something, and the exclusions what was not done.
        return walk.decisive([rule.applies, *holds, rule.ruled_out] if rule.side == CARE_GAP else holds)
    if status == "not_applicable":
        return walk.decisive([rule.applies])
    tiers_of_rule = [getattr(rule, name) for name in TIERS]
    if status == "indeterminate":
        blocking = [rule.gate, rule.ruled_out, *tiers_of_rule]
        return walk.decisive([tree for tree in blocking if tree is not None and walk.truth(tree) is None])
    if rule.gate is not None and walk.truth(rule.gate) is False:
        return walk.decisive([rule.gate])
    for exclusion in (rule.ruled_out, rule.explained_by):
        if exclusion is not None and walk.truth(exclusion):
            return walk.decisive([exclusion])
    return walk.decisive(tiers_of_rule)


def cohorts_asked(judged: RuleAtDraw, book: Book) -> list[dict[str, Any]]:
    """The other rules whose tier a rule asks for at a draw: criterion_id (``RULE:TIER``), says and verdict.

    book: has the titles of the others. Empty where the version of the rule is not at hand.
    """
    rule = judged.rule
    if rule is None:
        return []
    walk = _Walk(judged.verdicts, judged.tiers)
    trees = [rule.applies, rule.gate, rule.ruled_out, rule.explained_by, *(getattr(rule, t) for t in TIERS)]
    asked = {_cohort_id(node): node for tree in trees if tree is not None for node in _asked(tree)}
    return [
        {"criterion_id": name, "says": _cohort_says(book, node), "verdict": walk.truth(node)}
        for name, node in asked.items()
    ]


def _asked(node: Node) -> Iterator[TierReached]:
    if isinstance(node, TierReached):
        yield node
    elif isinstance(node, Named | Not | Soft | Unknown):
        yield from _asked(node.node)
    elif isinstance(node, All | AnyOf | AtLeast):
        for child in node.nodes:
            yield from _asked(child)


def _cohort_id(node: TierReached) -> str:
    return f"{node.rule_id}:{node.tier}"


def _cohort_says(book: Book, node: TierReached) -> str:
    title = book[node.rule_id].title if node.rule_id in book else node.rule_id
    surer = "" if node.tier == "confirmed" else " or surer"
    return f"this blood count meets {title} [{node.rule_id}], {node.tier}{surer}"


def is_ruled_out(judged: RuleAtDraw) -> bool:
    """Whether a draw within the gate of the rule was not met because something excludes it."""
    rule = judged.rule
    if rule is None:
        return False
    walk = _Walk(judged.verdicts, judged.tiers)
    if rule.gate is not None and walk.truth(rule.gate) is False:
        return False
    exclusions = (rule.ruled_out, rule.explained_by)
    return any(exclusion is not None and walk.truth(exclusion) is True for exclusion in exclusions)


def not_applicable(judged: RuleAtDraw) -> bool:
    """Whether the rule did not apply at a draw where it is neither met nor indeterminate."""
    scope = None if judged.rule is None else judged.rule.applies
    return scope is not None and _Walk(judged.verdicts, judged.tiers).truth(scope) is False


def judged_why(
    book: Book,
    evidence: pl.DataFrame,
    verdicts: pl.DataFrame,
    sources: pl.DataFrame,
    rule_versions: Mapping[str, int],
) -> list[dict[str, Any]]:
    """Why rows of the given draws, for the rules whose version is at hand, from the stored evidence and verdicts.

    ``evidence`` and ``verdicts`` hold the same draws in the same order; ``sources`` as transforms.why asks.
    screen.why shows only what is met or cannot be judged; this answers for the rest.
    """
    rules = [rule for rule in (_rule(book, *pair) for pair in rule_versions.items()) if rule is not None]
    stored = set(verdicts.columns)
    judged = [rule for rule in rules if stored.issuperset(rule.criteria)]
    return why_rows(evidence, verdicts, judged, sources).to_dicts() if judged else []


def stored_status(rule_id: str, verdicts: Mapping[str, Any]) -> str | None:
    """The status of a rule that is stored beside the verdicts of a draw; None where it is not."""
    number = verdicts.get(f"{rule_id}__status")
    if number is None:
        return None
    return {NOT_MET: "not_met", INDETERMINATE: "indeterminate", NOT_APPLICABLE: "not_applicable"}.get(
        number, "met"
    )


def _rule(book: Book, rule_id: str, version: int) -> Rule | None:
    rule = book.get(rule_id)
    return rule if rule is not None and rule.version == version else None


@dataclass(frozen=True)
class _Known:
    """The truth of a condition at one draw, with the operators of ``transforms.logic``."""

    verdict: bool | None

    def __and__(self, other: _Known) -> _Known:
        return ~(~self | ~other)

    def __or__(self, other: _Known) -> _Known:
        either = (self.verdict, other.verdict)
        return _Known(True if True in either else None if None in either else False)

    def __invert__(self) -> _Known:
        return _Known(None if self.verdict is None else not self.verdict)

    def is_null(self) -> _Known:
        return _Known(self.verdict is None)

    def eq_missing(self, *, other: bool) -> _Known:
        return _Known(self.verdict is other)


class _Walk:
    """Truth (``transforms.logic.Truths``) and decisive criteria of trees over one draw's stored verdicts."""

    def __init__(self, verdicts: Verdicts, tiers: Tiers, *, every_reason: bool = False) -> None:
        self._verdicts = verdicts
        self._every_reason = every_reason  # of several grounds for a cohort that holds, give all
        self._tiers = tiers

    def truth(self, node: Node) -> bool | None:
        """Verdict of the node; a criterion without a stored verdict is unknown."""
        return self.of(node).verdict

    def of(self, node: Node) -> _Known:
        """The truth of a condition."""
        known: _Known = node.truth(self)
        return known

    def column(self, name: str) -> _Known:
        """The stored verdict of a criterion."""
        return _Known(self._verdicts.get(name))

    def reached(self, column: str, least: int) -> _Known:
        """Whether a rule has reached a tier at the draw."""
        tier = self._tiers.get(column.removesuffix("__status"), "")
        return _Known(TIERS.get(tier, 0) >= least)

    def decisive(self, nodes: Sequence[Node | None]) -> frozenset[str]:
        """Criteria below the nodes that make each of them what it is."""
        return frozenset(
            criterion for node in nodes if node is not None for criterion in self._decisive(node)
        )

    def _decisive(self, node: Node) -> frozenset[str]:
        if isinstance(node, Criterion):
            return frozenset({node.id})
        if isinstance(node, TierReached):
            return frozenset({_cohort_id(node)})
        if isinstance(node, Named | Not | Soft | Unknown):
            return self._decisive(node.node)
        if isinstance(node, All | AnyOf | AtLeast):
            truth = self.truth(node)
            same = [self._decisive(child) for child in node.nodes if self.truth(child) is truth]
            fails = isinstance(node, All) and truth is False
            excludes = isinstance(node, AnyOf) and truth is True and not self._every_reason
            if fails or excludes:  # one is reason enough
                return min(same, key=self._effort)
            return frozenset().union(*same)
        return frozenset()

    def _effort(self, criteria: frozenset[str]) -> int:
        """How hard a reason is to read: few criteria with known verdicts read best, none at all worst."""
        cohorts = sum(":" in criterion for criterion in criteria)
        known = sum(self._verdicts.get(criterion) is not None for criterion in criteria)
        unknown = len(criteria) - known - cohorts
        effort = known + _COHORT_EFFORT * cohorts + _UNKNOWN_EFFORT * unknown
        return effort if criteria else _SILENT_EFFORT
