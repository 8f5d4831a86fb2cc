"""Observations of FHIR as laboratory rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from schemas.extract import EXTRACT_TABLES
from tests.adapters.fhir.observations import UCUM, Json, loinc, observation

Rows = Callable[..., pl.DataFrame]


def test_every_part_of_an_observation_has_its_column(labs: Rows) -> None:
    rows = labs(
        observation(
            issued="2024-03-05T09:00:00Z",
            identifier=[{"value": "F-1"}],
            specimen={"reference": "Specimen/s1", "display": "blood"},
            performer=[
                {"reference": "Practitioner/x"},
                {"reference": "Organization/lab", "display": "North Lab"},
            ],
            referenceRange=[{"low": {"value": 12}, "high": {"value": 16.0}}],
            interpretation=[{"coding": [{"code": "L"}]}],
            method={"text": "automated"},
            note=[{"text": "repeated"}, {"text": "checked"}],
        )
    )
    assert set(rows.columns) == {*EXTRACT_TABLES["lab_results"].column_names, "source_file", "source_line"}
    assert rows.drop("source_line").dtypes == [pl.String] * (rows.width - 1)
    assert rows.row(0, named=True) == {
        "patient_id": "p1",
        "collected_at": "2024-03-05T07:30:00+01:00",
        "code": "718-7",
        "value": "13.5",
        "code_system": "LOINC",
        "specimen_id": "s1",
        "resulted_at": "2024-03-05T09:00:00Z",
        "name": "Hemoglobin",
        "specimen": "blood",
        "unit": "g/dL",
        "reference_low": "12",
        "reference_high": "16.0",
        "abnormal_flag": "L",
        "status": "final",
        "site": "North Lab",
        "method": "automated",
        "comment": "repeated checked",
        "result_id": "o1",
        "source_file": "Observation.ndjson",
        "source_line": 1,
    }


@pytest.mark.parametrize(
    ("parts", "value", "unit"),
    [
        ({"valueQuantity": {"value": 5, "comparator": "<", "unit": "mg/L"}}, "<5", "mg/L"),
        ({"valueQuantity": {"value": 5, "unit": "g/dL", "system": "urn:x", "code": "77"}}, "5", "g/dL"),
        ({"valueQuantity": {"value": 0, "code": "g/L", "system": UCUM}}, "0", "g/L"),
        ({"valueQuantity": None, "valueString": "HEMOLYZED"}, "HEMOLYZED", None),
        ({"valueQuantity": None, "valueInteger": 3}, "3", None),
        ({"valueQuantity": None, "valueBoolean": True}, "true", None),
        ({"valueQuantity": None, "valueCodeableConcept": {"text": "few"}}, "few", None),
        (
            {
                "valueQuantity": None,
                "valueCodeableConcept": {"coding": [{"code": "1", "display": "Present (qualifier value)"}]},
            },
            "Present",
            None,
        ),
        (
            {"valueQuantity": None, "valueRange": {"low": {"value": 5, "code": "g/L"}, "high": {"value": 9}}},
            "5 to 9",
            "g/L",
        ),
        ({"valueQuantity": None, "valueRange": {"high": {"value": 9, "unit": "g/L"}}}, "<=9", "g/L"),
        ({"valueQuantity": None, "valueRange": {"low": {"value": 9}}}, ">=9", None),
        (
            {"valueQuantity": None, "valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 40}}},
            "1:40",
            None,
        ),
        ({"valueQuantity": None}, None, None),
    ],
)
def test_values_of_every_kind(labs: Rows, parts: Json, value: str | None, unit: str | None) -> None:
    row = labs(observation(**parts)).row(0, named=True)
    assert (row["value"], row["unit"]) == (value, unit)


@pytest.mark.parametrize("number", ["58.000", "1.50", "1e1", "0.10", "-0.0", "7", "12345678901234567.25"])
@pytest.mark.parametrize("colon", [":", ": ", " : "])
def test_a_number_keeps_its_digits(folder: Path, adapted: Rows, number: str, colon: str) -> None:
    text = json.dumps(observation(valueQuantity={"value": "@", "code": "g/L"}), separators=(",", colon))
    (folder / "Observation.ndjson").write_text(text.replace('"@"', number))
    assert adapted()["value"].to_list() == [number]


def test_a_reason_for_no_value_is_no_value(labs: Rows) -> None:
    absent = {"coding": [{"code": "not-performed", "display": "Not Performed"}]}
    row = labs(observation(valueQuantity=None, dataAbsentReason=absent)).row(0, named=True)
    assert (row["value"], row["comment"]) == (None, "Not Performed")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("registered", "preliminary"),
        ("preliminary", "preliminary"),
        ("final", "final"),
        ("amended", "corrected"),
        ("corrected", "corrected"),
        ("cancelled", "cancelled"),
        ("entered-in-error", "entered-in-error"),
        ("unknown", "unknown"),
        (None, None),
    ],
)
def test_states(labs: Rows, status: str | None, said: str | None) -> None:
    assert labs(observation(status=status))["status"].to_list() == [said]


@pytest.mark.parametrize(
    ("codings", "system", "code"),
    [
        ([("urn:lab", "HB"), ("http://loinc.org", "718-7")], "LOINC", "718-7"),
        ([("http://loinc.org", "55231-5"), ("http://loinc.org", "718-7")], "LOINC", "718-7"),
        ([("urn:lab", "HB"), ("http://loinc.org", "55231-5")], "LOINC", "55231-5"),
        ([("urn:lab", "HB"), ("urn:other", "H")], "urn:lab", "HB"),
        ([("urn:lab", None), ("urn:other", "H")], "urn:other", "H"),
        ([("https://loinc.org", "718-7")], "LOINC", "718-7"),
        ([], None, "Hb of the site"),
    ],
)
def test_of_several_codings_the_one_that_names_an_analyte(
    labs: Rows, codings: list[tuple[str, str]], system: str | None, code: str
) -> None:
    coding = [{"system": system, "code": code} for system, code in codings]
    row = labs(observation(code={"coding": coding, "text": "Hb of the site"})).row(0, named=True)
    assert (row["code_system"], row["code"], row["name"]) == (system, code, "Hb of the site")


def test_components_are_rows_of_their_own(labs: Rows) -> None:
    rows = labs(
        observation(
            code=loinc("58410-2"),
            valueQuantity=None,
            component=[
                {"code": loinc("718-7"), "valueQuantity": {"value": 12.10, "code": "g/dL", "system": UCUM}},
                {"code": loinc("777-3"), "dataAbsentReason": {"text": "clotted"}},
            ],
        ),
        observation(id="o2"),
    )
    by_code = rows.sort("source_line", "code").select(
        "code", "value", "comment", "status", "result_id", "source_line"
    )
    assert by_code.rows() == [
        ("58410-2", None, None, "final", "o1", 1),
        ("718-7", "12.1", None, "final", "o1", 1),
        ("777-3", None, "clotted", "final", "o1", 1),
        ("718-7", "13.5", None, "final", "o2", 2),
    ]


@pytest.mark.parametrize(
    ("parts", "collected"),
    [
        ({"effectivePeriod": {"start": "2024-01-01", "end": "2024-01-02"}}, "2024-01-01"),
        ({"effectivePeriod": {"end": "2024-01-02"}}, "2024-01-02"),
        ({"effectiveInstant": "2024-01-01T00:00:00Z"}, "2024-01-01T00:00:00Z"),
        ({}, None),
    ],
)
def test_when_it_was_collected(labs: Rows, parts: Json, collected: str | None) -> None:
    assert labs(observation(effectiveDateTime=None, **parts))["collected_at"].to_list() == [collected]


@pytest.mark.parametrize(
    ("subject", "patient"),
    [
        ({"reference": "Patient/p 1"}, "p 1"),
        ({"reference": "https://server/fhir/Patient/p1/_history/3"}, "p1"),
        ({"reference": "urn:uuid:0f-1"}, "0f-1"),
        ({"identifier": {"value": "MRN7"}}, "MRN7"),
        ({"reference": "Group/g1"}, None),
        (None, None),
    ],
)
def test_whose_it_is(labs: Rows, subject: Json | None, patient: str | None) -> None:
    assert labs(observation(subject=subject))["patient_id"].to_list() == [patient]


@pytest.mark.parametrize(
    ("part", "column"),
    [("method", "method"), ("interpretation", "abnormal_flag"), ("note", "comment"), ("performer", "site")],
)
def test_a_part_of_another_form_is_left_empty(labs: Rows, part: str, column: str) -> None:
    rows = labs(observation(**{part: "by hand"}), observation(id="o2"))
    assert rows[column].to_list() == [None, None]
    assert rows["value"].to_list() == ["13.5", "13.5"]


def test_a_code_or_components_of_another_form_are_no_code_and_no_components(labs: Rows) -> None:
    rows = labs(observation(code="718-7"), observation(component="none"), observation(code={"coding": "x"}))
    assert rows["code"].to_list() == [None, "718-7", None]


def listing(kind: str, member: str, *results: str, **parts: object) -> Json:
    """A resource that lists results."""
    return {
        "resourceType": kind,
        "subject": {"reference": "Patient/p1"},
        member: [{"reference": result} for result in results],
        **parts,
    }


def test_a_result_without_a_time_has_that_of_the_report_or_panel_that_lists_it(
    folder: Path, adapted: Rows
) -> None:
    """The blood count of the specification says its time in the report only."""
    told = [observation(id=name, effectiveDateTime=None) for name in ("o1", "o2", "o3", "o4", "o5", "o6")]
    other = observation(id="o7", effectiveDateTime=None, subject={"reference": "Patient/p2"})
    reports = [
        listing("DiagnosticReport", "result", "Observation/o1", effectiveDateTime="2024-03-05T08:00:00Z"),
        listing(
            "Observation", "hasMember", "http://x/Observation/o2", effectivePeriod={"start": "2024-03-06"}
        ),
        # two reports of one time agree, of two times they do not; one entered in error says nothing
        *(
            listing(
                "DiagnosticReport",
                "result",
                "Observation/o3",
                "Observation/o7",
                effectiveDateTime="2024-03-07",
            )
            for _ in range(2)
        ),
        *(
            listing("DiagnosticReport", "result", "Observation/o4", effectiveDateTime=f"2024-03-0{day}")
            for day in (7, 8)
        ),
        listing(
            "DiagnosticReport",
            "result",
            "Observation/o5",
            effectiveDateTime="2024-03-07",
            status="entered-in-error",
        ),
        listing("DiagnosticReport", "result", "#o6", "Observation/o0", effectiveDateTime="2024-03-09"),
    ]
    lines = [observation(id="o0"), *told, other, *reports]
    (folder / "a.ndjson").write_text("\n".join(json.dumps(line) for line in lines))
    rows = adapted().filter(pl.col("result_id").is_not_null())
    assert dict(rows.select("result_id", "collected_at").iter_rows()) == {
        "o0": observation()["effectiveDateTime"],
        "o1": "2024-03-05T08:00:00Z",
        "o2": "2024-03-06",
        "o3": "2024-03-07",
        "o4": None,
        "o5": None,
        "o6": None,
        "o7": None,
    }
