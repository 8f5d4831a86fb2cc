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


@pytest.mark.parametrize(
    ("codes", "parts", "value"),
    [
        (["<"], {}, "<13.5"),
        (["H", ">"], {}, ">13.5"),
        (["<"], {"valueQuantity": {"value": 5, "comparator": "<="}}, "<=5"),
        (["L"], {}, "13.5"),
        (["<"], {"valueQuantity": None}, None),
    ],
)
def test_a_number_off_the_scale_of_the_instrument_is_a_limit(
    labs: Rows, codes: list[str], parts: Json, value: str | None
) -> None:
    interpretation = [{"coding": [{"code": code}]} for code in codes]
    assert labs(observation(interpretation=interpretation, **parts))["value"].to_list() == [value]


def test_a_number_beside_the_reason_why_there_is_none_is_no_result(labs: Rows) -> None:
    """Against the standard some systems send both: 0, and that the test was not performed."""
    absent = {"coding": [{"code": "not-performed"}]}
    zero = {"value": 0, "unit": "mg/L"}
    rows = labs(
        observation(valueQuantity=zero, dataAbsentReason=absent),
        observation(valueQuantity=None, valueString="CLOTTED", dataAbsentReason=absent),
        observation(
            valueQuantity=None,
            component=[{"code": loinc("777-3"), "valueQuantity": zero, "dataAbsentReason": absent}],
        ),
    )
    assert rows.sort("source_line", "code")["value"].to_list() == [None, "CLOTTED", None, None]


def test_a_reason_for_no_value_is_no_value(labs: Rows) -> None:
    absent = {"coding": [{"code": "not-performed", "display": "Not Performed"}]}
    row = labs(observation(valueQuantity=None, dataAbsentReason=absent)).row(0, named=True)
    assert (row["value"], row["comment"]) == (None, "Not Performed")


@pytest.mark.parametrize(
    ("status", "expected"),
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
def test_states(labs: Rows, status: str | None, expected: str | None) -> None:
    assert labs(observation(status=status))["status"].to_list() == [expected]


@pytest.mark.parametrize(
    ("codings", "system", "code"),
    [
        ([("urn:lab", "HB"), ("http://loinc.org", "718-7")], "LOINC", "718-7"),
        ([("http://loinc.org", "55231-5"), ("http://loinc.org", "718-7")], "LOINC", "718-7"),
        ([("urn:lab", "HB"), ("http://loinc.org", "55231-5")], "LOINC", "55231-5"),
        ([("urn:lab", "HB"), ("urn:other", "H")], "urn:lab", "HB"),
        ([("urn:lab", None), ("urn:other", "H")], "urn:other", "H"),
        ([("https://loinc.org", "718-7")], "LOINC", "718-7"),
        ([("https://fhir.infoway-inforoute.ca/CodeSystem/pCLOCD", "718-7")], "LOINC", "718-7"),
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
    ("focus", "patient"),
    [
        ({"reference": "Patient/fetus"}, None),
        ({"reference": "RelatedPerson/donor"}, None),
        ({"reference": "urn:uuid:2", "type": "RelatedPerson"}, None),
        ({"reference": "Patient/p1"}, "p1"),
        ({"reference": "https://hospital.example/fhir/Patient/p1"}, "p1"),
        ({"reference": "Condition/tumor"}, "p1"),
        ({"display": "the tumor"}, "p1"),
        ("no reference", "p1"),
    ],
)
def test_what_is_about_another_person_is_no_result_of_the_patient(
    labs: Rows, focus: object, patient: str | None
) -> None:
    assert labs(observation(focus=[focus]))["patient_id"].to_list() == [patient]


@pytest.mark.parametrize(
    ("performers", "site"),
    [
        ([{"reference": "Organization/o1"}], "o1"),
        ([{"reference": "https://x/fhir/Organization/o1", "display": "North Lab"}], "North Lab"),
        ([{"type": "Organization", "display": "North Lab"}], "North Lab"),
        ([{"reference": "Practitioner/x"}], None),
        ([{"reference": "Practitioner/x"}, {"reference": "Organization/o1"}], "o1"),
        ([None, {"reference": "Organization/o1"}], "o1"),
        ([], None),
    ],
)
def test_the_site_is_the_first_organization_that_performed_it(
    labs: Rows, performers: list[Json], site: str | None
) -> None:
    assert labs(observation(performer=performers))["site"].to_list() == [site]


def test_usual_observations_and_others_share_one_file(folder: Path, adapted: Rows) -> None:
    """What begins as most do goes another way than what does not; each keeps its line, and what it counts."""
    panel = observation(id="o3", component=[{"code": loinc("777-3"), "valueString": "few"}])
    texts = [
        json.dumps(observation(id="o1"), separators=(",", ":")),
        json.dumps(dict(sorted(observation(id="o2").items()))),
        json.dumps(panel),
        json.dumps({"resourceType": "Patient", "id": "p1"}),
        json.dumps(observation(id="o5")),
    ]
    (folder / "a.ndjson").write_text("\n".join(texts))
    assert adapted().select("result_id", "value", "source_line").sort("source_line", "value").rows() == [
        ("o1", "13.5", 1),
        ("o2", "13.5", 2),
        ("o3", "13.5", 3),
        ("o3", "few", 3),
        ("o5", "13.5", 5),
    ]
    assert adapted("patients")["patient_id"].to_list() == ["p1"]


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
