"""The why names the result that spoke, also where several were reported at one moment."""

from datetime import timedelta

import polars as pl
import pytest

from tests.testbed import INDEX, RESULT_SCHEMA, evidence_of
from transforms.judging import judge
from transforms.rules import RULES
from transforms.why import why_rows

HB = pl.col("input") == "hb"
RULE = next(rule for rule in RULES if rule.rule_id == "iron_deficiency_anemia")


def result(specimen: str, value: float, text: str, high: float | None = None) -> dict[str, object]:
    """A hemoglobin of the index moment."""
    return dict.fromkeys(RESULT_SCHEMA) | {
        "patient_id": "A", "specimen_id": specimen, "collected_at": INDEX, "analyte": "hb",
        "value_low": value, "value_high": value if high is None else high, "source_value": text, "source_unit": "g/L",
    }  # fmt: skip


@pytest.mark.parametrize("spoke", [100, 110])
def test_of_several_results_the_selected_one_is_named(spoke: int) -> None:
    evidence = evidence_of([{"case": "A", "hb": str(spoke), "ferritin": "8"}])
    sources = pl.DataFrame([result("S1", 110, "110"), result("S2", 100, "100")], schema=RESULT_SCHEMA)
    why = why_rows(evidence, judge(evidence, RULES).verdicts, [RULE], sources).filter(HB)
    assert set(why["source_value"]) == {str(spoke)}


def test_a_censored_result_that_was_selected_is_named() -> None:
    evidence = evidence_of([{"case": "A", "hb": "<=90", "ferritin": "8"}])
    sources = pl.DataFrame([result("S1", 0, "0"), result("S2", 0, "<=90", 90)], schema=RESULT_SCHEMA)
    why = why_rows(evidence, judge(evidence, RULES).verdicts, [RULE], sources).filter(HB)
    assert set(why["source_value"]) == {"<=90"}


def test_where_none_has_the_value_the_first_by_content_is_named() -> None:
    evidence = evidence_of([{"case": "A", "hb": "95", "ferritin": "8"}])
    sources = pl.DataFrame([result("S2", 100, "100"), result("S1", 110, "110")], schema=RESULT_SCHEMA)
    for frame in (sources, sources.reverse()):
        why = why_rows(evidence, judge(evidence, RULES).verdicts, [RULE], frame).filter(HB)
        assert set(why["source_value"]) == {"110"}
    later = sources.with_columns(pl.col("collected_at") + timedelta(days=1))
    assert set(why_rows(evidence, judge(evidence, RULES).verdicts, [RULE], later)["source_value"]) == {None}
