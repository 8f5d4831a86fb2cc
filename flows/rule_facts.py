"""What the terminal and the rule pages tell about a rule besides its conditions: windows, codes, review."""

from __future__ import annotations

from schemas.evidence import CONTEXT, DOMAINS, INPUTS
from schemas.history_atoms import HISTORY_ATOMS
from schemas.switches import DEFAULTS, SWITCHES, Switch, Switches
from schemas.value_sets import CODE_SETS
from transforms.rule import Rule
from transforms.rule_basis import (
    CODED,
    MADE_OF,
    columns_read,
    contexts_read,
    histories_read,
    inputs_read,
    switches_behind,
)
from transforms.rule_words import window_words
from transforms.rules import WITH_CHOICES

MOST_CODES = 120  # of a value set and a code system that a page lists; the file lists them all


def review_words(rule: Rule) -> str:
    """Who reviewed the rule, or plainly that nobody did."""
    if rule.reviewed_by:
        return f"Reviewed by {rule.reviewed_by} on {rule.reviewed_on}, at version {rule.version}."
    return "No hematologist has reviewed this rule yet."


def switches(rule_id: str, chosen: Switches = DEFAULTS) -> list[tuple[str, str, str, str]]:
    """The switches behind a rule: (name, what it decides, option in force, every option in words)."""
    rule = next(rule for rule in WITH_CHOICES if rule.rule_id == rule_id)
    found = [SWITCHES[name] for name in switches_behind(rule)]
    return [(switch.id, switch.title, chosen.chosen[switch.id], options_in_words(switch)) for switch in found]


def options_in_words(switch: Switch) -> str:
    """The options of a switch with what each means; the first is the default."""
    first, *others = (f"{name}: {says}" for name, says in switch.options.items())
    return "; ".join([f"{first} [default]", *others])


def windows(rule: Rule) -> list[tuple[str, str]]:
    """What the rule looks at, and when relative to the blood count: (what, when), the laboratory first."""
    found = []
    for name in inputs_read(rule):
        item = INPUTS[name]
        what = item.title + ("" if item.unit == "1" else f", {item.unit}")
        found.append((what, _when(name)))
    for name in histories_read(rule):
        atom = HISTORY_ATOMS[name]
        spans = dict.fromkeys(window_words(first, last) for _, first, last in atom.sets)
        if len(spans) == 1:
            found.append((atom.title, next(iter(spans))))
        else:
            found += [
                (f"{atom.title}: {CODE_SETS[set_id].title}", window_words(first, last))
                for set_id, first, last in atom.sets
            ]
    return found


def _when(input_id: str) -> str:
    item = INPUTS[input_id]
    made = ", ".join(INPUTS[name].title for name in MADE_OF.get(input_id, ()))
    if item.window is None:
        return f"computed from {made}"
    return window_words(*item.window, item.anchor)


def surroundings(rule: Rule) -> list[tuple[str, str]]:
    """What else is known around a blood count and read by the rule: (column, what it says)."""
    found = [(name, CONTEXT[name]) for name in contexts_read(rule)]
    return found + [
        (
            f"follow_up_{short}_days",
            f"days for which records of this kind ({domain}) go on after the blood count",
        )
        for domain, short in DOMAINS.items()
        if f"follow_up_{short}_days" in columns_read(rule)
    ]


def codes(rule: Rule) -> list[tuple[str, str, str, str]]:
    """The value sets behind the rule: (title and version, code system, how its codes match, the codes).

    Of more than ``MOST_CODES`` of one system, how many they are and the file that lists them.
    """
    behind = [set_id for name in histories_read(rule) for set_id, _, _ in HISTORY_ATOMS[name].sets]
    behind += [set_id for column in columns_read(rule) for set_id in CODED.get(column, ())]
    found = []
    for item in (CODE_SETS[set_id] for set_id in dict.fromkeys(behind)):
        for system, match in dict.fromkeys((line.system, line.match) for line in item.codes):
            listed = [line.code for line in item.codes if (line.system, line.match) == (system, match)]
            shown = ", ".join(listed)
            if len(listed) > MOST_CODES:  # nobody reads numbers by the hundred
                shown = f"{len(listed):,} codes, in `schemas/value_sets/{item.id}.csv`"
            found.append((f"{item.title} (version {item.version})", system, match, shown))
    return found
