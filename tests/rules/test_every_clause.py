"""Every clause of every rule is true at least once and false at least once in the expert tables.

The tables are read out of the test modules of this folder, so that a row added there counts here.
"""

from pathlib import Path

import polars as pl
import pytest

from flows import expert_tables as tables
from tests.testbed import INDEX, evidence_of, table
from transforms.judging import all_criteria, judge
from transforms.rules import RULES

# Clauses that cannot be both by their nature, with the reason.
ONE_SIDED = {
    "drugs_unseen": "false or unknown: what drugs there were cannot be known",
    "ferritin_believable_under_inflammation": "says what cannot be known: always unknown",
    "marrow_iron_absent_few_particles": "too few particles leave the stain unread: never true",
    "ferritin_before_iron": "true or unknown: iron before the ferritin leaves the label open",
    "hb_28_56d_after_start": "true or unknown: a hemoglobin that was not measured is missing",
}
OPEN_ENDED = "followed_"  # a follow-up that is too short is unknown, never false


def expert_tables() -> dict[str, list[dict[str, str]]]:
    """Cases of each rule, read from the calls of ``disagreements`` in this folder."""
    texts = tables.expert_tables(Path(__file__).parent)
    return {rule_id: [row for text in found for row in table(text)] for rule_id, found in texts.items()}


@pytest.fixture(scope="module")
def verdicts() -> pl.DataFrame:
    """Criteria columns over all rows of all expert tables, at their index draws."""
    cases = [
        {name: cell for name, cell in case.items() if name != "verdict"} | {"case": f"{rule_id} {number}"}
        for rule_id, rows in expert_tables().items()
        for number, case in enumerate(rows)
    ]
    return judge(evidence_of(cases), RULES).verdicts.filter(pl.col("index_collected_at") == INDEX)


def test_every_rule_has_an_expert_table() -> None:
    assert {rule.rule_id for rule in RULES} == set(expert_tables())


def test_every_clause_is_true_once_and_false_once(verdicts: pl.DataFrame) -> None:
    untried = []
    for name in all_criteria(RULES):
        seen = set(verdicts[name].unique().to_list())
        if name in ONE_SIDED:
            continue
        wanted = {True} if name.startswith(OPEN_ENDED) else {True, False}
        untried += [f"{name} is never {value}" for value in sorted(wanted - seen)]
    assert not untried


def test_every_tier_of_every_rule_is_reached(verdicts: pl.DataFrame) -> None:
    unreached = [
        f"{rule.rule_id} is never {tier}"
        for rule in RULES
        for number, tier in ((1, "possible"), (2, "probable"), (3, "confirmed"))
        if getattr(rule, tier) is not None and number not in verdicts[rule.status_column].unique().to_list()
    ]
    assert not unreached
