"""explain: which criteria and cohorts decided, by the tree of a rule and the stored verdicts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from flows import explain_case, explain_reasons
from flows.explain import explain_patient
from flows.explain_text import render
from schemas.switches import Switches
from transforms.logic import Criterion, Node, TierReached, at_least, soft
from transforms.rule import Rule
from transforms.rules import rule_book

PATIENT = "secretpatient0"


def _about(answer: dict[str, Any], rule_id: str) -> dict[str, Any]:
    return next(cohort for cohort in answer["cohorts"] if cohort["rule_id"] == rule_id)


def _criterion(name: str, *inputs: str) -> Criterion:
    unknown = ((name, pl.lit(value=True)),)
    return Criterion(
        name,
        f"it is so: {name}",
        pl.lit(None, dtype=pl.Boolean),
        inputs or ("hb",),
        unknown,
        "a limit",
        "a source",
    )


def _rule(version: int = 1, **parts: Node) -> Rule:
    return Rule(
        rule_id="functional_iron_deficiency",
        version=version,
        title="A rule of this test",
        side="restricted supply",
        says="",
        follow_up="",
        seed="",
        history=tuple((number, "a change") for number in range(1, version + 1)),
        **parts,  # type: ignore[arg-type]
    )


@pytest.fixture
def one_rule(monkeypatch: pytest.MonkeyPatch) -> Any:
    def use(rule: Rule) -> None:
        monkeypatch.setattr(explain_case, "book_of", lambda switches: {rule.rule_id: rule})

    return use


def _decisive(rule: Rule, status: str, tier: str | None, **verdicts: bool | None) -> frozenset[str] | None:
    judged = explain_reasons.at_draw({rule.rule_id: rule}, rule.rule_id, 1, verdicts, {})
    return explain_reasons.decisive_criteria(judged, status, tier)


def test_only_what_decided_is_shown(one_rule: Any, night: Path) -> None:
    one_rule(_rule(probable=_criterion("anemia") & _criterion("tsat_low")))
    text = " ".join(render(explain_patient(night, PATIENT, "functional_iron_deficiency", None)).split())
    assert "because no: transferrin saturation is below 20 %" in text
    assert "hemoglobin is below the cut-off" not in text


def test_outside_its_scope_the_cohort_does_not_apply(one_rule: Any, night: Path) -> None:
    one_rule(_rule(applies=_criterion("tsat_low"), probable=_criterion("anemia")))
    answer = explain_patient(night, PATIENT, None, None)
    assert _about(answer, "functional_iron_deficiency")["answer"] == "does_not_apply"
    text = render(answer)
    assert text.rstrip().endswith("Do not apply to this blood count: Functional iron deficiency.")
    assert "DOES NOT HOLD" not in text


def test_an_exclusion_is_the_reason() -> None:
    rule = _rule(probable=_criterion("a"), ruled_out=_criterion("b") | _criterion("c"))
    assert _decisive(rule, "not_met", None, a=True, b=None, c=True) == {"c"}


def test_draws_outside_the_published_why_are_explained_from_the_evidence(one_rule: Any, night: Path) -> None:
    with duckdb.connect(str(night / "hemacohort.duckdb")) as con:
        con.execute("delete from screen.why where rule_id = 'functional_iron_deficiency'")
    one_rule(_rule(probable=_criterion("anemia", "hb") & _criterion("tsat_low", "tsat")))
    cohort = _about(explain_patient(night, PATIENT, None, None), "functional_iron_deficiency")
    assert cohort["answer"] == "does_not_hold"
    anemia, tsat = cohort["criteria"]
    assert (anemia["verdict"], anemia["decisive"], tsat["verdict"], tsat["decisive"]) == (
        True,
        False,
        False,
        True,
    )
    assert anemia["inputs"][0]["source_value"] == "10.125"  # found in lab.result
    assert tsat["inputs"][0]["value"] == 31


def test_another_version_gives_every_criterion(one_rule: Any, night: Path) -> None:
    one_rule(_rule(version=2, probable=_criterion("tsat_low")))
    cohort = _about(explain_patient(night, PATIENT, None, None), "functional_iron_deficiency")
    assert [row["decisive"] for row in cohort["criteria"]] == [None, None]


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ({"a": True, "b": True}, {"a", "b"}),
        ({"a": True, "b": None, "c": True}, {"a", "c"}),
    ],
)
def test_what_makes_it_true(verdicts: dict[str, bool | None], expected: set[str]) -> None:
    rule = _rule(probable=at_least(2, _criterion("a"), _criterion("b"), _criterion("c")))
    assert _decisive(rule, "met", "probable", **verdicts) == expected


def test_a_failing_conjunction_is_explained_by_its_shortest_reason() -> None:
    rule = _rule(probable=(_criterion("a") | _criterion("b")) & _criterion("c") & soft(_criterion("d")))
    assert _decisive(rule, "not_met", None, a=False, b=False, c=False, d=None) == {"c"}


def test_what_keeps_it_open() -> None:
    rule = _rule(probable=_criterion("a") & (_criterion("b") | soft(_criterion("c"))))
    assert _decisive(rule, "indeterminate", None, a=True, b=None, c=None) == {"b"}


def test_another_cohort_counts_as_reached_or_not() -> None:
    rule = _rule(applies=TierReached("iron_deficiency_anemia", 2, "probable"), probable=_criterion("a"))
    book = {rule.rule_id: rule}
    for tier, outside in (("confirmed", False), ("possible", True)):
        reached = {"iron_deficiency_anemia": tier}
        judged = explain_reasons.at_draw(book, "functional_iron_deficiency", 1, {}, reached)
        assert explain_reasons.not_applicable(judged) is outside


def test_a_cohort_that_is_wanting_is_given_as_the_reason(one_rule: Any, night: Path) -> None:
    wanting = TierReached("iron_deficiency_anemia", 3, "confirmed")
    one_rule(_rule(gate=wanting & soft(_criterion("b")), probable=_criterion("anemia")))
    answer = explain_patient(night, PATIENT, "functional_iron_deficiency", None)
    decisive = [row for row in answer["cohorts"][0]["criteria"] if row["decisive"]]
    assert [(row["criterion_id"], row["verdict"]) for row in decisive] == [
        ("iron_deficiency_anemia:confirmed", False)
    ]
    text = " ".join(render(answer).split())
    assert (
        "because no: this blood count meets iron_deficiency_anemia [iron_deficiency_anemia], confirmed"
        in text
    )
    assert "looked at" not in text


def test_a_cohort_that_excludes_is_given_as_the_reason() -> None:
    excludes = TierReached("iron_deficiency_anemia", 1, "possible")
    rule = _rule(probable=_criterion("a"), ruled_out=_criterion("b") | excludes)
    book = {rule.rule_id: rule}
    tiers = {"iron_deficiency_anemia": "probable"}
    judged = explain_reasons.at_draw(book, rule.rule_id, 1, {"a": True, "b": None}, tiers)
    asked = explain_reasons.cohorts_asked(judged, book)
    assert [(row["criterion_id"], row["verdict"]) for row in asked] == [
        ("iron_deficiency_anemia:possible", True)
    ]
    assert explain_reasons.decisive_criteria(judged, "not_met", None) == {"iron_deficiency_anemia:possible"}


def test_no_rule_of_the_book_is_without_a_reason_that_can_be_given() -> None:
    """Whatever makes a rule not met, a criterion or a cohort says so."""
    for rule in rule_book(Switches()):
        book = {other.rule_id: other for other in rule_book(Switches())}
        verdicts = dict.fromkeys(rule.criteria, False)
        judged = explain_reasons.at_draw(book, rule.rule_id, rule.version, verdicts, {})
        decisive = explain_reasons.decisive_criteria(judged, "not_met", None)
        assert decisive, rule.rule_id
        asked = explain_reasons.cohorts_asked(judged, book)
        assert decisive <= {*rule.criteria, *(row["criterion_id"] for row in asked)}, rule.rule_id


@pytest.mark.parametrize(
    ("rule_id", "undone"),
    [
        ("gap_cytopenias_without_hematology_contact", "has_hematology_contact_30d"),
        ("gap_microcytic_anemia_without_iron_studies", "iron_study_within_90d"),
        ("gap_iron_treated_without_iron_studies", None),
    ],
)
def test_what_asked_and_what_was_not_done_are_reasons_of_a_care_gap(rule_id: str, undone: str | None) -> None:
    book = {rule.rule_id: rule for rule in rule_book(Switches())}
    applies = book[rule_id].applies
    assert applies is not None
    asked = {criterion.id for criterion in applies.criteria()}
    verdicts = {name: name in asked for name in book[rule_id].criteria}
    judged = explain_reasons.at_draw(book, rule_id, 1, verdicts, {"pancytopenia": "confirmed"})
    decisive = explain_reasons.decisive_criteria(judged, "met", "confirmed")
    assert decisive is not None
    assert asked
    assert decisive >= asked | ({undone} if undone else set())
