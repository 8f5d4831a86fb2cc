"""explain as data: held, not held and undetermined, and what it refuses."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from flows.duck import opened
from flows.errors import UsageError
from flows.explain import explain_patient
from flows.explain_case import rows
from flows.explain_reasons import judged_why
from flows.explain_text import render

pytestmark = pytest.mark.usefixtures("no_rules")


PATIENT = "secretpatient0"


def _about(answer: dict[str, Any], rule_id: str) -> dict[str, Any]:
    return next(cohort for cohort in answer["cohorts"] if cohort["rule_id"] == rule_id)


def test_the_same_question_has_the_same_answer(night: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Joins on several threads bring the rows of screen.why in any order."""

    def backwards(con: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> list[dict[str, Any]]:
        found = rows(con, name, **parameters)
        return found[::-1] if name == "why" else found

    answer = explain_patient(night, PATIENT, None, None)
    monkeypatch.setattr("flows.explain.rows", backwards)
    assert explain_patient(night, PATIENT, None, None) == answer


def test_a_held_cohort(night: Path) -> None:
    cohort = _about(explain_patient(night, PATIENT, None, None), "iron_deficiency_anemia")
    assert (cohort["answer"], cohort["tier"]) == ("holds", "probable")
    assert cohort["decided_by"] == {"collected_at": "2026-06-01T08:15:00", "specimen_id": "S-secretpatient0"}
    ferritin = next(row for row in cohort["criteria"] if row["criterion_id"] == "ferritin_low")
    assert ferritin["verdict"] is True
    assert (ferritin["threshold"], ferritin["citation"]) == ("30 ug/L", "AGA 2020")
    assert ferritin["inputs"] == [
        {
            "input": "ferritin",
            "value": 12.5,
            "unit": "ug/L",
            "collected_at": "2026-05-30T07:00:00",
            "specimen_id": "F1",
            "source_value": "12.5",
            "source_unit": "ng/mL",
        }
    ]
    assert cohort["caveats"][0]["flag"] == "FERRITIN_UNIT_SLIP"
    assert cohort["other_draws"] == [
        {
            "index_collected_at": "2026-02-01T09:00:00",
            "status": "indeterminate",
            "tier": None,
            "missing": ["ferritin"],
        }
    ]


def test_an_undetermined_cohort_names_the_one_test(night: Path) -> None:
    cohort = _about(explain_patient(night, PATIENT, None, None), "sideroblastic_anemia")
    assert cohort["answer"] == "cannot_be_determined"
    assert cohort["missing"] == [{"reason": "ferritin", "says": "ferritin", "until": None}]
    assert cohort["one_test"] == "ferritin"


def test_several_missing_tests_are_not_one_test(night: Path) -> None:
    cohort = _about(explain_patient(night, "secretpatient1", None, None), "sideroblastic_anemia")
    assert [item["reason"] for item in cohort["missing"]] == ["ferritin", "retic_pct"]
    assert cohort["one_test"] is None


def test_a_cohort_that_does_not_hold(night: Path) -> None:
    cohort = _about(explain_patient(night, PATIENT, None, None), "functional_iron_deficiency")
    assert (cohort["answer"], cohort["tier"], cohort["missing"]) == ("does_not_hold", None, [])
    assert {row["criterion_id"]: row["verdict"] for row in cohort["criteria"]} == {
        "tsat_low": False,
        "anemia": True,
    }


def test_one_rule_only(night: Path) -> None:
    answer = explain_patient(night, PATIENT, "sideroblastic_anemia", None)
    assert [cohort["rule_id"] for cohort in answer["cohorts"]] == ["sideroblastic_anemia"]


def test_an_earlier_day_sees_only_earlier_blood_counts(night: Path) -> None:
    answer = explain_patient(night, PATIENT, "iron_deficiency_anemia", date(2026, 3, 1))
    assert answer["as_of"] == "2026-03-01"
    assert answer["blood_count"]["collected_at"] == "2026-02-01T09:00:00"
    assert answer["cohorts"][0]["answer"] == "cannot_be_determined"
    assert answer["cohorts"][0]["other_draws"] == []
    assert "Night of 30 June 2026, asked for 1 March 2026." in " ".join(render(answer).split())
    with pytest.raises(UsageError, match="not UTF-8"):
        explain_patient(night, "\udcff", None, None)


def test_json_round_trip(night: Path) -> None:
    answer = explain_patient(night, PATIENT, None, None)
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer
    assert render(json.loads(json.dumps(answer))) == render(answer)


def test_refusals(night: Path) -> None:
    with pytest.raises(UsageError) as unknown:
        explain_patient(night, "nobody-4711", None, None)
    assert "nobody-4711" not in str(unknown.value)  # messages carry no patient ids
    with pytest.raises(UsageError, match="no rule 'gout'"):
        explain_patient(night, PATIENT, "gout", None)
    with pytest.raises(UsageError, match="2026-06-30"):
        explain_patient(night, PATIENT, None, date(2026, 7, 1))
    with pytest.raises(UsageError):
        explain_patient(night, "' or 1=1 --", None, None)


def test_a_patient_without_a_recent_blood_count(night: Path) -> None:
    answer = explain_patient(night, "secretpatient1999", None, None)
    assert answer["cohorts"] == []
    assert "No blood count in the 365 days up to 30 June 2026" in render(answer)


def test_criteria_are_looked_up_of_the_draws_that_decide_alone(
    night: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A patient in intensive care has thousands of draws, of which all criteria would fill the memory."""
    asked: list[set[Any]] = []

    def only(book: Any, evidence: pl.DataFrame, verdicts: pl.DataFrame, *more: Any) -> list[dict[str, Any]]:
        asked.append({*evidence["index_collected_at"], *verdicts["index_collected_at"]})
        return judged_why(book, evidence, verdicts, *more)

    monkeypatch.setattr("flows.explain.judged_why", only)
    answer = explain_patient(night, PATIENT, None, None)
    deciding = {cohort["decided_by"]["collected_at"] for cohort in answer["cohorts"]}
    assert [{at.isoformat() for at in draws} for draws in asked] == [deciding]
    assert len(deciding) < answer["blood_counts"]
    with opened(night / "hemacohort.duckdb", read_only=True) as con:
        found = rows(con, "why", patient_id=PATIENT, draws=[])
    assert found == []


def test_the_stored_status_is_believed(night: Path) -> None:
    with duckdb.connect(str(night / "hemacohort.duckdb")) as con:
        con.execute(
            "alter table screen.verdict add column functional_iron_deficiency__status tinyint default -2"
        )
    cohort = _about(explain_patient(night, PATIENT, None, None), "functional_iron_deficiency")
    assert cohort["answer"] == "does_not_apply"


@pytest.mark.parametrize(
    "known_by",
    [
        "insert into lab.clinical_event (patient_id, kind) values ('onlyhere', 'diagnosis')",
        "insert into quality.quarantine (table_name, patient_id) values ('lab_results', 'onlyhere')",
    ],
)
def test_a_patient_without_a_usable_result_is_known(known_by: str, night: Path) -> None:
    with pytest.raises(UsageError, match="knows no patient"):
        explain_patient(night, "onlyhere", None, None)
    with duckdb.connect(str(night / "hemacohort.duckdb")) as con:
        con.execute(known_by)
    assert "No blood count in the 365 days" in render(explain_patient(night, "onlyhere", None, None))


def test_a_blood_count_of_365_days_ago_is_looked_at_and_an_older_one_is_not(night: Path) -> None:
    with duckdb.connect(str(night / "hemacohort.duckdb")) as con:
        for day in ("2025-06-30 00:00:00", "2025-06-29 23:59:00"):
            con.execute(
                "insert into screen.evidence (patient_id, index_specimen_id, index_collected_at) values "
                "('secretpatient1999', 'S', $day)",
                {"day": day},
            )
    answer = explain_patient(night, "secretpatient1999", None, None)
    assert answer["blood_counts"] == 1
    assert answer["blood_count"]["collected_at"] == "2025-06-30T00:00:00"
