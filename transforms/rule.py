"""What a rule is: named criteria in a gate, exclusions and three tiers, with everything a reader needs beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Literal

from transforms.errors import RuleDefinitionError
from transforms.logic import MAX_REASONS, All, Criterion, Node, Not, TierReached

Side = Literal["supply", "restricted supply", "production", "undetermined", "care gap"]
TIERS: Mapping[str, int] = {"possible": 1, "probable": 2, "confirmed": 3}
TIER_NAMES: Mapping[int, str] = {number: name for name, number in TIERS.items()}
NOT_MET, INDETERMINATE, NOT_APPLICABLE = 0, -1, -2


@dataclass(frozen=True, eq=False, kw_only=True)
class Rule:
    """A cohort rule over one index draw (RULES.md section 4).

    applies: outside it the rule is not applicable; an unknown counts as inside. gate: must hold for every tier.
    ruled_out: must not hold for any tier. explained_by: exclusions whose unknown, for lack of an observed domain,
    caps the tier at possible and never blocks (RULES.md 0.4). confirmed, probable, possible: the highest that is
    true is the tier; if none is true and any is unknown, the draw is indeterminate. reads: inputs beside those of its
    criteria whose flags are caveats of the rule, such as those of a rule it rests on. version rises whenever a different
    set of patients could be flagged; history then says what changed, one (version, sentence) for each version from 1
    on, and may be left out while there is only the first. reviewed_by, reviewed_on: the hematologist who reviewed
    this version and the day (ISO); empty until somebody has.
    """

    rule_id: str
    version: int
    title: str
    side: Side
    says: str
    follow_up: str
    seed: str
    applies: Node | None = None
    gate: Node | None = None
    ruled_out: Node | None = None
    explained_by: Node | None = None
    confirmed: Node | None = None
    probable: Node | None = None
    possible: Node | None = None
    reads: tuple[str, ...] = ()
    history: tuple[tuple[int, str], ...] = ()
    reviewed_by: str = ""
    reviewed_on: str = ""

    def __post_init__(self) -> None:
        if not any((self.confirmed, self.probable, self.possible)):
            raise RuleDefinitionError(f"{self.rule_id} has no tier")
        if self.version < 1:
            raise RuleDefinitionError(f"{self.rule_id} has no version")
        self._check_history()
        self._check_review()
        seen: dict[str, Criterion] = {}
        for criterion in self._walk():
            if (
                seen.setdefault(criterion.id, criterion) is not criterion
                and seen[criterion.id].says != criterion.says
            ):
                raise RuleDefinitionError(f"{self.rule_id}: two criteria are called {criterion.id}")
        if len(self.reasons) > MAX_REASONS:
            raise RuleDefinitionError(f"{self.rule_id} has more than {MAX_REASONS} reasons to be unknown")

    def _check_history(self) -> None:
        versions = [version for version, _ in self.changes]
        if versions != list(range(1, self.version + 1)) or not all(says.strip() for _, says in self.changes):
            raise RuleDefinitionError(
                f"{self.rule_id} is at version {self.version}: its history needs one line for each version from 1 to "
                f"{self.version}"
            )

    def _check_review(self) -> None:
        if bool(self.reviewed_by.strip()) != bool(self.reviewed_on):
            raise RuleDefinitionError(f"{self.rule_id}: a review has a reviewer and a day, or neither")
        try:
            dated = (
                not self.reviewed_on or date.fromisoformat(self.reviewed_on).isoformat() == self.reviewed_on
            )
        except ValueError:
            dated = False
        if not dated:
            raise RuleDefinitionError(f"{self.rule_id}: reviewed_on is not a date like 2026-06-15")

    @property
    def changes(self) -> tuple[tuple[int, str], ...]:
        """What changed with each version, the first version first."""
        return self.history or ((1, "first version"),)

    @property
    def parts(self) -> Mapping[str, Node]:
        """The named parts of the rule that are present, in reading order."""
        named = {
            "applies": self.applies,
            "gate": self.gate,
            "ruled_out": self.ruled_out,
            "explained_by": self.explained_by,
            "confirmed": self.confirmed,
            "probable": self.probable,
            "possible": self.possible,
        }
        return {name: node for name, node in named.items() if node is not None}

    def _walk(self) -> Iterator[Criterion]:
        for node in self.parts.values():
            yield from node.criteria()

    @cached_property
    def criteria(self) -> Mapping[str, Criterion]:
        """The distinct criteria by id, in reading order."""
        found: dict[str, Criterion] = {}
        for criterion in self._walk():
            found.setdefault(criterion.id, criterion)
        return found

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The evidence inputs the rule reads, in reading order."""
        return tuple(
            dict.fromkeys([*(name for c in self.criteria.values() for name in c.inputs), *self.reads])
        )

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """Every reason for which the rule can be indeterminate; its place is its bit in the mask."""
        doubtful = (c for node in self.parts.values() for c in node.doubts())
        return tuple(dict.fromkeys(reason for c in doubtful for reason, _ in c.reasons))

    @property
    def status_column(self) -> str:
        """Column of the rule's status while a bucket is judged: a tier, or NOT_MET, INDETERMINATE, NOT_APPLICABLE."""
        return f"{self.rule_id}__status"

    def reached(self, tier: str) -> TierReached:
        """For other rules: this rule has reached a tier at the same draw."""
        return TierReached(self.rule_id, TIERS[tier], tier)

    def describe(self) -> str:
        """The rule in words, one part a line."""
        return "\n".join(f"{name.replace('_', ' ')}: {node.describe()}" for name, node in self.parts.items())


@cache
def tier_condition(rule: Rule, tier: str) -> Node:
    """All that must hold for a tier the rule has: its gate, nothing that rules it out, and the tier's own condition."""
    parts = (rule.gate, None if rule.ruled_out is None else Not(rule.ruled_out), getattr(rule, tier))
    return All(tuple(part for part in parts if part is not None))
