"""A rule as a tree in words; what a rule says of its history and review."""

import dataclasses

import pytest

from schemas.switches import DEFAULTS
from transforms.anemia import ANEMIA as OF_EITHER_EDITION
from transforms.atoms import ADULT, AGE_5, HB, MICRO, PLT
from transforms.choices import settled_criterion
from transforms.errors import RuleDefinitionError
from transforms.logic import Named, Unknown, at_least, soft, soft_not
from transforms.rule import Rule
from transforms.rule_words import rule_tree, window_words
from transforms.rules import RULES
from transforms.rules.pancytopenia import PANCYTOPENIA

ANEMIA = settled_criterion(OF_EITHER_EDITION, DEFAULTS)
LOW = Named(
    "a count is low",
    HB.below(100, "g/L", "a source", "") | PLT.below(50, "10*9/L", "a source", ""),
)
RULE = Rule(
    rule_id="example",
    version=1,
    title="Example",
    side="undetermined",
    says="An example.",
    follow_up="None.",
    seed="None.",
    gate=ADULT & soft_not(LOW) & ~(ADULT & AGE_5),
    confirmed=soft(LOW),
    probable=Unknown(ANEMIA) | ~Unknown(ANEMIA) | soft_not(Unknown(MICRO)),
    possible=~at_least(2, ADULT, AGE_5, ANEMIA) & PANCYTOPENIA.reached("probable"),
)


def test_a_tree_reads_as_sentences() -> None:
    trees = {
        part: ["  " * line.depth + line.text for line in lines] for part, lines in rule_tree(RULE).items()
    }
    anemia = "anemia: hemoglobin, adjusted for elevation, below WHO's cut-off for age, sex and pregnancy"
    assert trees == {
        "gate": [
            "all of:",
            "  adult (18 or older)",
            "  unless known: a count is low (any of):",
            "    hemoglobin below 100 g/L",
            "    platelet count below 50 10*9/L",
            "  not all of:",
            "    adult (18 or older)",
            "    five years old or older",
        ],
        "confirmed": ["if known: a count is low (as above)"],
        "probable": [
            "any of:",
            f"  not known whether: {anemia}",
            f"  it is known whether: {anemia}",
            "  it is known whether: small red cells: MCV below the lower limit for age",
        ],
        "possible": [
            "all of:",
            "  fewer than 2 of:",
            "    adult (18 or older)",
            "    five years old or older",
            f"    {anemia}",
            "  the rule pancytopenia finds it probable or surer",
        ],
    }
    assert [line.refers for line in rule_tree(RULE)["possible"]][-1] == "pancytopenia"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rule_id)
def test_every_criterion_is_in_the_tree_of_its_rule(rule) -> None:
    text = "\n".join(line.text for lines in rule_tree(rule).values() for line in lines)
    assert not [name for name, criterion in rule.criteria.items() if criterion.says not in text]


@pytest.mark.parametrize(
    ("window", "words"),
    [
        ((-30, 30), "within 30 days of the blood count"),
        ((-1, 1), "within 1 day of the blood count"),
        ((-90, 0), "in the 90 days up to the blood count"),
        ((0, 90), "from the blood count to 90 days after it"),
        ((0, 0), "on the day of the blood count"),
        ((-90, 180), "from 90 days before to 180 days after the blood count"),
        ((-36_500, 0), "any time before the blood count"),
        ((-36_500, 30), "any time before the blood count, to 30 days after the blood count"),
        ((-7, 7, "ferritin"), "within 7 days of the ferritin (the blood count where there is none)"),
    ],
)
def test_a_window_in_words(window, words: str) -> None:
    assert window_words(*window) == words


def test_the_first_version_needs_no_history() -> None:
    assert RULE.changes == ((1, "first version"),)


@pytest.mark.parametrize(
    "changed",
    [
        {"version": 2},
        {"version": 2, "history": ((1, "first version"),)},
        {"version": 2, "history": ((2, "children too"), (1, "first version"))},
        {"version": 2, "history": ((1, "first version"), (2, " "))},
        {"history": ((1, "first version"), (2, "children too"))},
        {"reviewed_by": "A. Hematologist"},
        {"reviewed_on": "2026-06-15"},
        {"reviewed_by": "A. Hematologist", "reviewed_on": "June 2026"},
        {"reviewed_by": "A. Hematologist", "reviewed_on": "20260615"},
        {"reviewed_by": " ", "reviewed_on": "2026-06-15"},
    ],
)
def test_a_history_with_holes_and_half_a_signature_are_refused(changed) -> None:
    with pytest.raises(RuleDefinitionError):
        dataclasses.replace(RULE, **changed)


def test_a_second_version_with_its_history_and_a_signature_is_accepted() -> None:
    rule = dataclasses.replace(
        RULE,
        version=2,
        history=((1, "first version"), (2, "children too")),
        reviewed_by="A. Hematologist",
        reviewed_on="2026-06-15",
    )
    assert rule.changes[-1] == (2, "children too")
