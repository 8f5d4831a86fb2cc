"""``hemacohort rules``: the rule book in words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from flows.errors import CheckError, UsageError
from flows.plain_words import (
    NOT_A_DIAGNOSIS,
    NOT_REVIEWED,
    OWN_REFERENCE,
    criterion_words,
    limit_words,
    reason_words,
)
from flows.rule_facts import options_in_words, review_words, surroundings, switches, windows
from schemas.switches import DEFAULTS, SWITCHES, Switches
from transforms.rule import Rule
from transforms.rule_words import KEY, PARTS, UNCERTAIN, rule_tree
from transforms.rules import RULES, rule_book

_WIDTH = 100


def listed() -> str:
    """One line a rule: id, version, title, side; then what the rules are not."""
    width = max(len(rule.rule_id) for rule in RULES)
    lines = [f"{rule.rule_id:{width}}  v{rule.version}  {rule.title} ({rule.side})" for rule in RULES]
    reviewed = any(rule.reviewed_by for rule in RULES)  # then `rules show` says by whom
    return "\n".join([*lines, "", NOT_A_DIAGNOSIS, *([] if reviewed else [NOT_REVIEWED])])


def shown(rule_id: str, chosen: Switches = DEFAULTS) -> str:
    """A rule with its tree, criteria, windows, switches and history, no line wider than 100; chosen: the options that are
    in force. UsageError for an unknown rule.
    """
    rule = next((rule for rule in rule_book(chosen) if rule.rule_id == rule_id), None)
    if rule is None:
        names = ", ".join(rule.rule_id for rule in RULES)
        raise UsageError(f"There is no rule {rule_id!r}. The rules: {names}.")
    lines = [
        *_wrapped(f"{rule.title} ({rule.rule_id}, version {rule.version}; {rule.side})"),
        *_wrapped(rule.says),
        *_wrapped(NOT_A_DIAGNOSIS),
        *_wrapped(review_words(rule)),
    ]
    for part, tree in rule_tree(rule).items():
        lines += ["", *_wrapped(PARTS[part])]
        for line in tree:
            lines += _wrapped(
                criterion_words(line.text), "  " * (line.depth + 1) + "- ", "  " * (line.depth + 2)
            )
    lines += ["", "How to read it"]
    for words, says in KEY:
        lines += _wrapped(f"{words}: {says}.", "  ", "    ")
    lines += _wrapped(UNCERTAIN, "  ", "    ")
    lines += ["", "Criteria", *_criteria(rule)]
    lines += _wrapped(OWN_REFERENCE, "  ", "  ")
    lines += ["", "Where it looks"]
    for what, when in windows(rule):
        lines += _wrapped(f"{what}: {when}", "  ", "    ")
    for column, says in surroundings(rule):
        lines += _wrapped(f"{column}: {says}", "  ", "    ")
    if behind := switches(rule_id, chosen):
        lines += ["", "Where sources disagree"]
        for name, title, option, options in behind:
            lines += _wrapped(f"{name} = {option}: {title}", "  ", "    ")
            lines += _wrapped(f"options: {options}", "      ", "      ")
    lines += ["", "Cannot be determined for want of"]
    for reason in rule.reasons:
        lines += _wrapped(f"{reason_words(reason)} [{reason}]", "  ", "    ")
    lines += ["", *_wrapped(f"Follow-up: {rule.follow_up}"), "", "Versions"]
    for version, says in rule.changes:
        lines += _wrapped(f"{version}: {says}", "  ", "     ")
    return "\n".join(lines)


def switches_in_words(chosen: Switches) -> str:
    """Every switch with the option in force and what the options mean."""
    lines = []
    for switch in SWITCHES.values():
        lines += _wrapped(f"{switch.id} = {chosen.chosen[switch.id]}: {switch.title}", "", "  ")
        lines += _wrapped(f"options: {options_in_words(switch)}", "    ", "    ")
    return "\n".join(lines)


def _criteria(rule: Rule) -> Iterator[str]:
    for criterion in rule.criteria.values():
        yield from _wrapped(criterion.says, "  ", "    ")
        for detail in (f"limit: {limit_words(criterion.threshold)}", f"source: {criterion.citation}"):
            yield from _wrapped(detail, "      ", "      ")


def _wrapped(text: str, first: str = "", others: str = "") -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=first, subsequent_indent=others)


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
