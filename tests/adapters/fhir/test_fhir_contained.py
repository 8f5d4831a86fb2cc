"""Observations that stand inside the report or panel that lists them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tests.adapters.fhir.observations import UCUM, Json, loinc, observation

Rows = Callable[..., pl.DataFrame]


def inside(name: str, code: str = "718-7", **parts: object) -> Json:
    """A contained hemoglobin that says no more than it must."""
    quantity = {"value": 9.5, "code": "g/dL", "system": UCUM}
    whole = {
        "resourceType": "Observation",
        "id": name,
        "code": loinc(code),
        "valueQuantity": quantity,
        **parts,
    }
    return {key: part for key, part in whole.items() if part is not None}


def report(*contained: Json, **parts: object) -> Json:
    """A report that lists every Observation it contains."""
    whole = {
        "resourceType": "DiagnosticReport",
        "id": "r1",
        "status": "final",
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2024-03-05T08:00:00Z",
        "issued": "2024-03-05T10:00:00Z",
        "performer": [{"reference": "Organization/north"}],
        "result": [
            {"reference": f"#{part['id']}"} for part in contained if part["resourceType"] == "Observation"
        ],
        "contained": contained,
        **parts,
    }
    return {key: part for key, part in whole.items() if part is not None}


def test_it_has_what_its_report_says_for_it(labs: Rows) -> None:
    row = labs(report(inside("hb"), inside("plt", "777-3"))).sort("code").row(0, named=True)
    assert {key: value for key, value in row.items() if value is not None} == {
        "patient_id": "p1",
        "collected_at": "2024-03-05T08:00:00Z",
        "code": "718-7",
        "value": "9.5",
        "code_system": "LOINC",
        "resulted_at": "2024-03-05T10:00:00Z",
        "unit": "g/dL",
        "site": "north",
        "result_id": "r1#hb",
        "source_file": "Observation.ndjson",
        "source_line": 1,
    }


def test_what_it_says_itself_counts(labs: Rows) -> None:
    expected = inside(
        "hb",
        subject={"reference": "Patient/p2"},
        effectivePeriod={"start": "2024-03-01"},
        issued="2024-03-02",
        status="amended",
        performer=[{"reference": "Organization/south"}],
    )
    columns = ["patient_id", "collected_at", "resulted_at", "status", "site"]
    assert labs(report(expected)).select(columns).rows() == [
        ("p2", "2024-03-01", "2024-03-02", "corrected", "south")
    ]


def test_numbers_keep_their_digits_and_components_are_rows(folder: Path, adapted: Rows) -> None:
    part = {"code": loinc("777-3"), "valueQuantity": {"value": "@2", "code": "10*9/L"}}
    text = json.dumps(report(inside("hb", valueQuantity={"value": "@1"}, component=[part])))
    (folder / "a.ndjson").write_text(text.replace('"@1"', "9.50").replace('"@2"', "120.0"))
    assert adapted().select("code", "value").sort("code").rows() == [("718-7", "9.50"), ("777-3", "120.0")]


@pytest.mark.parametrize(
    ("of_report", "own", "expected"),
    [
        ("entered-in-error", "final", "entered-in-error"),
        ("cancelled", None, "cancelled"),
        ("partial", None, "preliminary"),
        ("partial", "final", "final"),
        ("amended", None, None),
    ],
)
def test_its_state(labs: Rows, of_report: str, own: str | None, expected: str | None) -> None:
    assert labs(report(inside("hb", status=own), status=of_report))["status"].to_list() == [expected]


def test_the_time_of_a_contained_specimen_precedes_that_of_the_report(labs: Rows) -> None:
    tube: Json = {"resourceType": "Specimen", "id": "s1", "collection": {"collectedDateTime": "2024-03-04"}}
    undated: Json = {"resourceType": "Specimen", "id": "s2", "collection": {}}
    results = [inside(f"o{number}", specimen={"reference": f"#s{number}"}) for number in (1, 2)]
    rows = labs(report(*results, tube, undated)).sort("result_id")
    assert rows.select("specimen_id", "collected_at").rows() == [
        ("r1#s1", "2024-03-04"),
        ("r1#s2", "2024-03-05T08:00:00Z"),
    ]


def test_panels_inside_and_around(labs: Rows) -> None:
    """A panel's members count with it; an Observation that nothing lists is not said to be a result."""
    panel = inside(
        "panel", "58410-2", valueQuantity=None, hasMember=[{"reference": "#hb"}, {"reference": "#panel"}]
    )
    result = [{"reference": "#panel"}, {"reference": "#none"}, {"reference": "Observation/x"}]
    whole = report(panel, inside("hb"), inside("before"), result=result)
    around = observation(
        id="o2", valueQuantity=None, hasMember=[{"reference": "#hb"}], contained=[inside("hb")]
    )
    other = {**whole, "resourceType": "MedicationRequest", "id": "m1"}
    assert sorted(labs(whole, around, other)["result_id"]) == ["o2", "o2#hb", "r1#hb", "r1#panel"]


def test_ids_of_reports_without_one_are_not_mixed_up(labs: Rows) -> None:
    rows = labs(report(inside("hb"), id=None), report(inside("hb"), id=None))
    assert rows["result_id"].to_list() == [None, None]


@pytest.mark.parametrize("focus", [[{"reference": "Patient/fetus"}]])
def test_what_is_about_another_has_not_the_patient_of_the_report(labs: Rows, focus: list[Json]) -> None:
    assert labs(report(inside("hb", focus=focus)))["patient_id"].to_list() == [None]


@pytest.mark.parametrize(
    "contained", ["none", [1], [["x"]], [{"resourceType": ["Observation"], "id": "hb"}], [{}], {}, None]
)
def test_a_report_of_another_form_contains_nothing_and_harms_nothing(labs: Rows, contained: object) -> None:
    rows = labs(
        observation(), {**report(inside("hb")), "contained": contained}, {**report(), "result": {"a": 1}}
    )
    assert rows["result_id"].to_list() == ["o1"]


def test_reports_in_documents_and_bundles(folder: Path, adapted: Rows) -> None:
    bundle = {"resourceType": "Bundle", "entry": [{"resource": report(inside("hb"))}]}
    (folder / "a.json").write_text("\n" + json.dumps(bundle))
    (folder / "b.ndjson").write_text(json.dumps(observation()) + "\n" + json.dumps(bundle))
    assert adapted().select("result_id", "source_file", "source_line").rows() == [
        ("r1#hb", "a.json", 2),
        ("o1", "b.ndjson", 1),
        ("r1#hb", "b.ndjson", 2),
    ]
