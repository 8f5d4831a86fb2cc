"""explain in words: what a reader at a terminal is told, and in which order."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from flows.explain import explain_patient
from flows.explain_text import render
from transforms.grounds import followed_until
from transforms.rules import RULES

pytestmark = pytest.mark.usefixtures("no_rules")


PATIENT = "secretpatient0"


def test_the_words(night: Path) -> None:
    text = render(explain_patient(night, PATIENT, None, None))
    flat = " ".join(text.split())
    first = text.splitlines()
    assert first[0] == "Patient secretpatient0, female, 56 years old at this blood count"
    assert first[1].startswith(
        "Newest blood count: 1 June 2026, 08:15 (specimen S-secretpatient0), and 1 earlier one"
    )
    assert "It is not a diagnosis" in " ".join(first[:5])
    assert "HOLDS (probable): Iron deficiency anemia [iron_deficiency_anemia]" in flat
    ferritin = 'ferritin 12.5 ug/L on 30 May 2026 (received as "12.5 ng/mL") [2]'
    assert f"yes: ferritin is below 30 ug/L | {ferritin}" in flat
    assert "limit: 120 g/L [1]" in flat
    assert "[1] WHO 2024 [2] AGA 2020" in flat
    assert "CANNOT BE DETERMINED: Suspected sideroblastic anemia" in flat
    assert "This alone would decide: ferritin." in flat
    assert "ferritin not measured, or not usable" in flat
    assert "DOES NOT HOLD: Functional iron deficiency" in flat
    assert "no: transferrin saturation is below 20 %" in flat
    assert flat.index("HOLDS (") < flat.index("CANNOT BE") < flat.index("DOES NOT HOLD")
    assert "Usual next step: Find the source of loss." in flat
    assert "Treat the cause." not in flat  # no next step for a cohort that does not hold
    assert "Other blood counts: 1 February 2026 could not be determined for want of ferritin." in flat
    assert max(map(len, first)) <= 100


def test_color_only_for_a_terminal(night: Path) -> None:
    answer = explain_patient(night, PATIENT, None, None)
    assert "\x1b" not in render(answer)
    assert "\x1b[1m" in render(answer, terminal=True)


def test_a_limit_is_not_a_missing_test(night: Path) -> None:
    with duckdb.connect(str(night / "hemacohort.duckdb")) as con:
        con.execute("update screen.why set value = null, source_value = '<5' where input = 'ferritin'")
        con.execute("update screen.why set value = null, source_value = null where input = 'tsat'")
    flat = " ".join(render(explain_patient(night, PATIENT, None, None)).split())
    assert 'ferritin received as "<5 ng/mL" on 30 May 2026' in flat
    assert "transferrin saturation has no exact number on 1 June 2026" in flat


def test_results_cannot_drive_the_terminal(night: Path) -> None:
    with duckdb.connect(str(night / "hemacohort.duckdb")) as con:
        con.execute(
            "update screen.why set source_value = $text", {"text": "\x1b]0;owned\x07[red]12\r\n=cmd()"}
        )
    text = render(explain_patient(night, PATIENT, None, None))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "[red]12" in text  # shown as it came, not read as markup
    assert "=cmd()" in text


def test_a_patient_without_a_row_of_demographics(night: Path) -> None:
    with duckdb.connect(str(night / "hemacohort.duckdb")) as con:
        con.execute("delete from lab.patient where patient_id = $patient_id", {"patient_id": PATIENT})
    text = render(explain_patient(night, PATIENT, None, None))
    assert text.startswith("Patient secretpatient0, sex unknown")


def test_an_age_that_nothing_asked_for_is_not_called_unknown(night: Path) -> None:
    text = render(explain_patient(night, "secretpatient1999", None, None))
    assert "No blood count in the 365 days" in text
    assert "age" not in text.splitlines()[0]


def test_result_of_this_blood_count_beside_a_criterion_of_another_one_is_shown_as_such(night: Path) -> None:
    answer = explain_patient(night, PATIENT, "iron_deficiency_anemia", None)
    result = {"input": "plt", "value": 90.0, "unit": "10*9/L"}
    other = {
        "collected_at": "2026-01-03T08:00:00",
        "specimen_id": "S7",
        "results": [
            {**result, "collected_at": "2026-01-03T08:00:00"},
            {**result, "input": "hb", "collected_at": "2026-01-04T08:00:00", "unit": "g/L"},
            {**result, "input": "anc", "value": None, "collected_at": None},
        ],
    }
    expected = {
        "that of 3 January 2026 (specimen S7): platelet count 90 10*9/L, hemoglobin 90 g/L on 4 January 2026 |": (
            other,
            2,
            True,
        ),
        "there is no such blood count |": (None, 0, False),
        "not in the only blood count of those days |": (None, 1, False),
        "not in the 2 blood counts of those days, as far as is known |": (None, 2, None),
    }
    for words, (found, counted, verdict) in expected.items():
        for criterion in answer["cohorts"][0]["criteria"]:
            criterion |= {"verdict": verdict, "other_counts": {"counted": counted, "found": found}}
        flat = " ".join(render(answer).split())
        assert f"| {words} in this one: ferritin 12.5 ug/L on 30 May 2026" in flat
        assert "limit:" not in flat


def test_code_on_record_is_named_and_those_that_are_not_there_are_shown_in_one_line(night: Path) -> None:
    answer = explain_patient(night, PATIENT, "iron_deficiency_anemia", None)
    event = {
        "code_system": "ATC",
        "code": "L04AX03",
        "display": "methotrexate",
        "start": "2026-05-01",
        "end": "2026-05-30",
    }
    history = {
        "inputs": [],
        "threshold": "-90..+0 d",
        "citation": "5.1",
        "event": event,
        "verdict": True,
        "decisive": True,
    }
    cohort = answer["cohorts"][0]
    [drug, cancer, ckd] = [
        {**cohort["criteria"][0], **history, "criterion_id": f"has_{name}", "says": f"known {name}"}
        for name in ("drug", "cancer", "ckd")
    ]
    cohort["criteria"] = [
        cancer | {"verdict": False, "event": None},
        ckd | {"verdict": False, "event": None},
        drug,
    ]
    flat = " ".join(render(answer).split())
    assert "yes: known drug | ATC L04AX03 (methotrexate) from 1 May 2026 to 30 May 2026 [1]" in flat
    assert "no code on record: known cancer [1]; known ckd [1]" in flat
    assert flat.index("yes: known drug") < flat.index("no code on record")
    drug["event"] = {**event, "display": "", "end": "2026-05-01"}
    assert "known drug | ATC L04AX03 of 1 May 2026 [1]" in " ".join(render(answer).split())


def test_cutoff_of_the_patient_replaces_the_table(night: Path) -> None:
    answer = explain_patient(night, PATIENT, "iron_deficiency_anemia", None)
    [anemia, *_] = answer["cohorts"][0]["criteria"]
    assert "limit: 120 g/L" in " ".join(render(answer).split())
    anemia["cutoff"] = {"lowest": 120.0, "highest": 130.0, "adjusted": 97.5}
    flat = " ".join(render(answer).split())
    assert "| cut-off here: 120 or 130 g/L, hemoglobin adjusted 97.5 g/L [1]" in flat
    assert "limit: 120 g/L" not in flat


def test_finding_that_is_there_or_not_is_shown_without_numbers(night: Path) -> None:
    answer = explain_patient(night, PATIENT, "iron_deficiency_anemia", None)
    [criterion, *_] = answer["cohorts"][0]["criteria"]
    criterion["says"], criterion["threshold"] = "SF3B1 mutation (1 yes, 0 no) at least 1", "at least 1"
    criterion["inputs"][0] |= {
        "input": "sf3b1",
        "value": 1,
        "unit": "1",
        "source_value": None,
        "source_unit": None,
    }
    flat = " ".join(render(answer).split())
    assert "yes: SF3B1 mutation | SF3B1 mutation yes on 1 June 2026 [1]" in flat
    criterion["says"] = "SF3B1 mutation (1 yes, 0 no) below 1"
    assert "yes: SF3B1 mutation absent |" in " ".join(render(answer).split())


def test_undetermined_cohort_is_not_shown_as_decided(night: Path) -> None:
    answer = explain_patient(night, PATIENT, "sideroblastic_anemia", None)
    answer["cohorts"][0]["decided_by"]["collected_at"] = "2026-02-01T09:00:00"
    flat = " ".join(render(answer).split())
    assert "the newest to which this applies." in flat
    assert "that can be decided" not in flat


def test_follow_up_that_is_too_short_names_the_day_that_would_do(night: Path) -> None:
    rule = next(rule for rule in RULES if rule.rule_id == "gap_anemia_without_reticulocytes")
    at = datetime(2026, 6, 1, 8, 15)
    evidence = pl.DataFrame({"index_collected_at": [at], "follow_up_lab_days": [29]})
    assert followed_until(rule, ["followed_lab_90d"], evidence, at) == date(2026, 8, 30)
    assert followed_until(rule, ["moderate_anemia"], evidence, at) is None
    assert followed_until(rule, ["followed_lab_90d"], evidence, datetime(2026, 6, 2)) is None
    answer = explain_patient(night, PATIENT, "sideroblastic_anemia", None)
    answer["cohorts"][0]["missing"] = [
        {"reason": "followup", "says": "a longer follow-up", "until": "2026-08-30"}
    ]
    assert "could not be used: a longer follow-up (until 30 August 2026)." in " ".join(render(answer).split())


def test_limit_is_shown_once(night: Path) -> None:
    answer = explain_patient(night, PATIENT, "iron_deficiency_anemia", None)
    [cohort] = answer["cohorts"]
    like = cohort["criteria"][0] | {
        "decisive": True,
        "inputs": [],
        "event": None,
        "other_counts": None,
        "cutoff": None,
    }
    cohort["criteria"] = [
        like | {"criterion_id": "b12_below_148", "says": "B12 below 148", "verdict": False, "threshold": ""},
        like
        | {"criterion_id": "b12_at_least_148", "says": "B12 at least 148", "verdict": True, "threshold": ""},
        like | {"criterion_id": "tsh_above_10", "says": "TSH above 10", "verdict": None, "threshold": ""},
        like | {"criterion_id": "tsh_at_most_10", "says": "TSH at most 10", "verdict": None, "threshold": ""},
        like
        | {
            "criterion_id": "low",
            "says": "low: below 150",
            "verdict": True,
            "threshold": "below 150*10^9/L",
        },
        like
        | {"criterion_id": "high", "says": "high for age", "verdict": True, "threshold": "above 15 ug/L"},
    ]
    text = " ".join(render(answer).split())
    assert "yes: B12 at least 148" in text
    assert "B12 below" not in text
    assert "TSH above 10" in text
    assert "TSH at most" not in text
    assert "yes: low: below 150 [1]" in text
    assert "high for age | limit: above 15 ug/L" in text


def test_blood_counts_of_one_day_are_told_apart_by_their_time(night: Path) -> None:
    answer = explain_patient(night, PATIENT, "iron_deficiency_anemia", None)
    [cohort] = answer["cohorts"]
    other = cohort["other_draws"][0]
    times = ("2026-06-01T06:00:00", "2026-02-01T09:00:00")
    cohort["other_draws"] = [other | {"index_collected_at": at, "missing": []} for at in times]
    text = " ".join(render(answer).split())
    assert "Other blood counts: 1 June 2026, 06:00 could not" in text
    assert "1 February 2026 could not" in text
