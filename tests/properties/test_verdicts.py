"""Properties of all rules at once, over random patients whose values lie on and around the limits.

``HYPOTHESIS_PROFILE=nightly`` looks at ten times as many patients.
"""

import os
import random
from collections.abc import Iterable

import polars as pl
import pytest

from tests.properties.cases import VALUES, Case, population
from tests.testbed import INDEX, evidence_of, verdicts_of
from transforms.judging import judge
from transforms.rule import INDETERMINATE, TIERS
from transforms.rules import RULES

MANY = 4000 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 400
Verdicts = dict[str, dict[str, str]]

# Pairs of cohorts of which no patient may be in both, with the tiers at which it holds (RULES.md section 4, summary).
EXCLUSIVE = (
    ("iron_deficiency_anemia", "iron_deficiency_without_anemia"),
    ("iron_deficiency_anemia", "anemia_of_inflammation"),
    ("iron_deficiency_without_anemia", "anemia_of_inflammation"),
)


def tiers(verdicts: Verdicts, rule_id: str) -> Iterable[tuple[str, str]]:
    """Patient and verdict of one rule."""
    return ((who, found[rule_id]) for who, found in verdicts.items())


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return population(1, MANY)


@pytest.fixture(scope="module")
def verdicts(cases: list[Case]) -> Verdicts:
    return verdicts_of(cases)


def test_every_rule_is_met_and_not_met_by_somebody(verdicts: Verdicts) -> None:
    """The other properties would hold of rules that nobody meets."""
    lonely = [
        rule.rule_id
        for rule in RULES
        if not any(verdict in TIERS for _, verdict in tiers(verdicts, rule.rule_id))
        or all(verdict in TIERS for _, verdict in tiers(verdicts, rule.rule_id))
    ]
    assert not lonely


def test_exclusive_cohorts_share_no_patient(verdicts: Verdicts) -> None:
    shared = [
        (who, one, other)
        for who, found in verdicts.items()
        for one, other in EXCLUSIVE
        if found[one] in TIERS and found[other] in TIERS
    ]
    assert not shared


def test_inflammation_with_and_without_iron_deficiency_share_nobody(verdicts: Verdicts) -> None:
    both = [
        who
        for who, found in verdicts.items()
        if found["anemia_of_inflammation"] in TIERS
        and found["mixed_iron_deficiency_and_inflammation"] in ("probable", "confirmed")
    ]
    assert not both


def test_two_lines_and_three_lines_share_nobody(verdicts: Verdicts) -> None:
    both = [
        who
        for who, found in verdicts.items()
        if found["bicytopenia"] in TIERS and found["pancytopenia"] in ("probable", "confirmed")
    ]
    assert not both


def test_chemotherapy_explains(verdicts: Verdicts, cases: list[Case]) -> None:
    treated = {case["case"] for case in cases if "L01" in case.get("rx", "")}
    unexplained = [
        who
        for who in treated
        if any(
            verdicts[who][name] in TIERS for name in ("unexplained_pancytopenia", "suspected_aplastic_anemia")
        )
    ]
    assert treated
    assert not unexplained


def test_an_indeterminate_verdict_says_what_is_missing(verdicts: Verdicts) -> None:
    silent = [
        (who, rule_id)
        for who, found in verdicts.items()
        for rule_id, verdict in found.items()
        if verdict == "indeterminate ()"
    ]
    assert not silent


@pytest.mark.parametrize("input_id", ["hb", "anc", "plt", "ferritin", "tsat", "crp", "mcv"])
def test_no_verdict_of_a_count_or_iron_rule_rests_on_a_missing_value(
    cases: list[Case], input_id: str
) -> None:
    """Where the core input of a rule is hidden and the rule is still met, revealing any value of it keeps it met.

    A rule met without an input has not used it; otherwise absent data would have counted as normal (or as abnormal).
    """
    core = {
        "hb": ("iron_deficiency_anemia", "anemia_of_inflammation", "pancytopenia", "suspected_mds"),
        "anc": ("pancytopenia", "unexplained_pancytopenia"),
        "plt": ("pancytopenia", "unexplained_pancytopenia"),
        "ferritin": ("functional_iron_deficiency", "anemia_of_inflammation", "marrow_iron_exam_candidate"),
        "tsat": ("anemia_of_inflammation", "marrow_iron_exam_candidate"),
        "crp": ("marrow_iron_exam_candidate", "iron_deficiency_anemia", "iron_deficiency_without_anemia"),
        "mcv": ("iron_deficiency_anemia", "bicytopenia", "pancytopenia"),
    }[input_id]
    few = [
        case for case in cases if input_id != "anc" or "wbc" not in case
    ]  # white cells bound the neutrophils
    few = few[: MANY // 4]
    hidden = verdicts_of([{k: v for k, v in case.items() if k != input_id} for case in few])
    changed = []
    for value in random.Random(input_id).sample(VALUES[input_id], 4):
        revealed = verdicts_of([{**case, input_id: value} for case in few])
        changed += [
            (who, rule_id, value)
            for who, found in hidden.items()
            for rule_id in core
            if found[rule_id] in ("probable", "confirmed")
            and revealed[who][rule_id] != found[rule_id]
            and input_id != "ferritin"  # a marrow may prove what a ferritin then contradicts
        ]
    assert not changed


@pytest.mark.parametrize(
    ("input_id", "sicker", "rule_ids"),
    [
        ("hb", "60", ("bicytopenia", "pancytopenia", "unexplained_pancytopenia")),
        ("anc", "0", ("bicytopenia", "pancytopenia", "unexplained_pancytopenia")),
        ("plt", "0", ("bicytopenia", "pancytopenia", "unexplained_pancytopenia")),
        ("hb", "60", ("iron_deficiency_anemia",)),
        ("anc", "0", ("suspected_aplastic_anemia",)),
        ("plt", "0", ("suspected_aplastic_anemia",)),
    ],
)
def test_a_sicker_count_never_drops_out(
    cases: list[Case], verdicts: Verdicts, input_id: str, sicker: str, rule_ids: tuple[str, ...]
) -> None:
    """Severity monotonicity, down to zero. Two low lines may become three: then pancytopenia takes the patient over."""
    worse = [{**case, input_id: sicker} for case in cases if ";" not in case.get(input_id, "")]
    after = verdicts_of(worse)
    rank = {**TIERS, "not_met": 0, "not_applicable": 0}
    dropped = []
    for who, found in after.items():
        for rule_id in rule_ids:
            before, now = verdicts[who][rule_id], found[rule_id]
            if rule_id == "bicytopenia" and found["pancytopenia"] in TIERS:
                continue
            if before in TIERS and rank.get(now, -1) < rank[before]:
                dropped.append((who, rule_id, before, now))
    assert not dropped


def test_order_of_rows_and_other_patients_do_not_matter(cases: list[Case], verdicts: Verdicts) -> None:
    few = cases[: MANY // 4]
    shuffled = random.Random(3).sample(few, len(few))
    again = verdicts_of(shuffled)
    assert {who: verdicts[who] for who in again} == again


def test_a_censored_result_says_no_more_than_its_interval(cases: list[Case]) -> None:
    """A verdict reached with ``<10`` is reached with every value below 10."""
    few = cases[: MANY // 4]
    censored = verdicts_of([{**case, "crp": "<10"} for case in few])
    for value in ("0", "4", "5", "5.1", "9.9"):
        exact = verdicts_of([{**case, "crp": value} for case in few])
        differing = [
            (who, rule_id, verdict, exact[who][rule_id])
            for who, found in censored.items()
            for rule_id, verdict in found.items()
            if verdict in ("confirmed", "probable") and exact[who][rule_id] not in ("confirmed", "probable")
        ]
        assert not differing


def test_every_draw_has_one_status_of_every_rule(cases: list[Case]) -> None:
    judged = judge(evidence_of(cases[:50]), RULES)
    codes = judged.verdicts.select(rule.status_column for rule in RULES)
    assert codes.null_count().sum_horizontal().item() == 0
    assert judged.findings.select("patient_id", "index_collected_at", "rule_id").is_duplicated().sum() == 0
    met = judged.findings.filter(pl.col("status") == "met")
    assert met["tier"].null_count() == 0
    open_ = judged.findings.filter(pl.col("status") == "indeterminate")
    assert len(open_) == sum((codes[name] == INDETERMINATE).sum() for name in codes.columns)
    assert judged.findings.filter(pl.col("index_collected_at") == INDEX).height > 0
