"""Which draws have to be looked at again when only time passes (transforms.due)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import polars as pl
import pytest

from schemas.gaps import GAP_TIME
from schemas.tables import LAB_COVERAGE
from tests.testbed import EPOCH, INDEX, evidence_of, table
from transforms.due import due_on
from transforms.findings import KEYS
from transforms.judging import judge
from transforms.logic import Criterion, Node, Soft, Unknown
from transforms.rule import Rule
from transforms.rules import RULES

CASES = """
given                                                        | due
age=40 sex=M hb=150 mcv=90 plt=250 anc=4                     | never
age=40 sex=M hb=110 mcv=70 plt=250 anc=4                     | 90
age=40 sex=M hb=110 mcv=70 plt=250 anc=4 ferritin=50 crp=2   | 366
"""


@pytest.mark.parametrize("case", table(CASES), ids=lambda case: case["given"])
def test_a_clock_is_waited_for_only_where_it_can_still_change_what_is_said(case: dict[str, str]) -> None:
    given = {name: cell for name, _, cell in (item.partition("=") for item in case["given"].split())}
    evidence = evidence_of([{**given, "followup": "10"}])
    unseen = pl.DataFrame(schema={"patient_id": pl.String, "day": pl.Date})
    today = (INDEX.date() - EPOCH).days + 10
    due = due_on(
        _judged(evidence),
        pl.DataFrame(schema=GAP_TIME),
        pl.DataFrame(schema=dict(LAB_COVERAGE)),
        unseen,
        RULES,
        today,
    )
    expected = [] if case["due"] == "never" else [INDEX.date() + timedelta(days=int(case["due"]))]
    assert due["due_on"].to_list() == expected


@pytest.mark.parametrize(("ended_by", "due"), [("night", 20), ("coverage", 366), ("death", 366), (None, 366)])
def test_the_end_of_coverage_is_waited_for_only_where_a_gap_is_watched(
    ended_by: str | None, due: int
) -> None:
    evidence = evidence_of([{"age": "40", "sex": "M", "hb": "150", "followup": "10"}])
    [patient] = evidence["patient_id"]
    watched = pl.DataFrame({"patient_id": [patient], "censored_by": [ended_by]}, schema_overrides=GAP_TIME)
    ends = INDEX.date() + timedelta(days=19)
    covered = pl.DataFrame([(patient, "lab", INDEX.date(), ends)], schema=dict(LAB_COVERAGE), orient="row")
    found = due_on(
        _judged(evidence),
        watched,
        covered,
        pl.DataFrame(schema={"patient_id": pl.String, "day": pl.Date}),
        RULES,
        (INDEX.date() - EPOCH).days + 10,
    )
    assert found.rows() == [(patient, INDEX.date() + timedelta(days=due))]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rule_id)
def test_no_clock_is_read_as_absent_before_it_has_run_out(rule: Rule) -> None:
    """``transforms.due`` rests on it: what is decided while a clock runs stays so when it has run out."""
    settled = [
        node for part in rule.parts.values() for node in _inside(part) if isinstance(node, Soft | Unknown)
    ]
    hidden = {criterion.id for node in settled for criterion in _criteria(node) if criterion.due is not None}
    assert not hidden


def _judged(evidence: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([evidence, judge(evidence, RULES).verdicts.drop(KEYS)], how="horizontal")


def _inside(node: Node) -> Iterator[Node]:
    yield node
    for part in getattr(node, "nodes", ()) or ((node.node,) if hasattr(node, "node") else ()):
        yield from _inside(part)


def _criteria(node: Node) -> Iterator[Criterion]:
    return (part for part in _inside(node) if isinstance(part, Criterion))
