"""``hemacohort rules``: the rule book in words."""

from __future__ import annotations

import textwrap

from flows.errors import CheckError, UsageError
from transforms.rule import Rule
from transforms.rules import RULES

_WIDTH = 100


def listed() -> str:
    """One line a rule: id, version, title, side."""
    width = max(len(rule.rule_id) for rule in RULES)
    return "\n".join(f"{rule.rule_id:{width}}  v{rule.version}  {rule.title} ({rule.side})" for rule in RULES)


def shown(rule_id: str) -> str:
    """A rule with its parts and criteria. UsageError for an unknown one."""
    rule = next((rule for rule in RULES if rule.rule_id == rule_id), None)
    if rule is None:
        names = ", ".join(rule.rule_id for rule in RULES)
        raise UsageError(f"There is no rule {rule_id!r}. The rules: {names}.")
    lines = [f"{rule.title} ({rule.rule_id}, version {rule.version}; {rule.side})", rule.says, ""]
    lines += ["When it holds"]
    for part in rule.describe().splitlines():
        lines += textwrap.wrap(part, _WIDTH, initial_indent="  ", subsequent_indent="      ")
    lines += ["", "Criteria"]
    for criterion in rule.criteria.values():
        lines += textwrap.wrap(criterion.says, _WIDTH, initial_indent="  ", subsequent_indent="    ")
        for detail in (f"limit: {criterion.threshold}", f"source: {criterion.citation}"):
            lines += textwrap.wrap(detail, _WIDTH, initial_indent="      ", subsequent_indent="      ")
    lines += ["", *textwrap.wrap(f"Follow-up: {rule.follow_up}", _WIDTH)]
    return "\n".join(lines)


def checked() -> str:
    """A sentence if the rule book is sound. CheckError naming what a rule or criterion lacks."""
    lacking = [problem for rule in RULES for problem in _lacking(rule)]
    names = [rule.rule_id for rule in RULES]
    lacking += [f"{name} appears twice" for name in sorted({name for name in names if names.count(name) > 1})]
    if lacking:
        raise CheckError("rule_book", "; ".join(lacking))
    criteria = {name for rule in RULES for name in rule.criteria}
    return f"{len(RULES)} rules and {len(criteria)} criteria are sound."


def _lacking(rule: Rule) -> list[str]:
    problems = [
        f"{rule.rule_id} has no {name}"
        for name in ("title", "says", "follow_up", "side")
        if not getattr(rule, name)
    ]
    for criterion in rule.criteria.values():
        problems += [
            f"{rule.rule_id}: {criterion.id} has no {name}"
            for name in ("says", "inputs", "threshold", "citation")
            if not getattr(criterion, name)
        ]
    return problems
