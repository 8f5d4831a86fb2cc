"""Observations of FHIR as laboratory rows, and what the files may look like."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.adapters import adapt
from flows.errors import ExtractError
from schemas.extract import EXTRACT_TABLES

Json = dict[str, Any]
Rows = Callable[..., pl.DataFrame]
UCUM = "http://unitsofmeasure.org"


def loinc(code: str, display: str | None = None) -> Json:
    """A concept of one LOINC coding."""
    return {"coding": [{"system": "http://loinc.org", "code": code, "display": display}]}


def observation(**parts: Any) -> Json:
    """A hemoglobin, with what a test changes of it; a part that is None is not there."""
    whole = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": loinc("718-7", "Hemoglobin"),
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2024-03-05T07:30:00+01:00",
        "valueQuantity": {"value": 13.5, "unit": "g/dl", "system": UCUM, "code": "g/dL"},
        **parts,
    }
    return {name: part for name, part in whole.items() if part is not None}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty extract folder."""
    made = tmp_path / "fhir [1]"
    made.mkdir()
    return made


@pytest.fixture
def adapted(folder: Path, tmp_path: Path) -> Rows:
    """Bring the folder to the canonical layout and read the pieces of a table by line."""

    def read(table: str = "lab_results") -> pl.DataFrame:
        out = adapt("fhir", folder, tmp_path / "out")
        pieces = [path for path in sorted(out.glob(f"{table}*.parquet")) if "unreadable" not in path.name]
        return pl.concat([pl.read_parquet(path, glob=False) for path in pieces]).sort(
            "source_file", "source_line"
        )

    return read


@pytest.fixture
def labs(folder: Path, adapted: Rows) -> Rows:
    """Laboratory rows of Observations."""

    def convert(*resources: Json) -> pl.DataFrame:
        lines = [json.dumps(resource, ensure_ascii=False) + "\n" for resource in resources]
        (folder / "Observation.ndjson").write_text("".join(lines), encoding="utf-8")
        return adapted()

    return convert


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


def test_a_bundle_and_a_single_resource_keep_the_line_they_begin_on(folder: Path, adapted: Rows) -> None:
    bundle = {
        "resourceType": "Bundle",
        "entry": [
            {
                "fullUrl": "urn:uuid:p9",
                "resource": {"resourceType": "Patient", "id": "x", "gender": "female"},
            },
            {"resource": observation(id="o2", valueQuantity={"value": 7.25, "code": "g/dL"})},
            {"request": {"method": "GET"}},
        ],
    }
    (folder / "bundle.json").write_text(json.dumps(bundle, indent=1).replace("7.25", "7.250"))
    (folder / "one.json").write_text("\n\n" + json.dumps(observation(id="o3"), indent=2))
    rows = adapted()
    assert rows.select("result_id", "value", "source_file", "source_line").rows() == [
        ("o2", "7.250", "bundle.json", 13),
        ("o3", "13.5", "one.json", 3),
    ]
    assert adapted("patients").row(0)[:2] == ("p9", "female")


def test_several_files_packed_mixed_and_in_folders(folder: Path, adapted: Rows) -> None:
    patient = json.dumps({"resourceType": "Patient", "id": "p1", "birthDate": "1960-02-03"})
    (folder / "part").mkdir()
    (folder / "Observation.000.ndjson.gz").write_bytes(gzip.compress(json.dumps(observation()).encode()))
    mixed = f"\ufeff{patient}\n\n   \n{json.dumps(observation(id='o2'))}\r\n"
    (folder / "part" / "mixed.ndjson").write_text(mixed, encoding="utf-8", newline="")
    assert adapted().select("result_id", "source_file", "source_line").rows() == [
        ("o1", "Observation.000.ndjson.gz", 1),
        ("o2", "part/mixed.ndjson", 4),
    ]
    assert adapted("patients")["birth_date"].to_list() == ["1960-02-03"]


def test_lines_are_right_in_a_file_of_several_chunks(
    folder: Path, adapted: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.adapters.fhir.CHUNK_BYTES", 1 << 20)
    note = [{"text": "x" * 900}]
    lines = [json.dumps(observation(id=str(number), note=note)) for number in range(1, 12_001)]
    (folder / "Observation.ndjson").write_text("\n".join(lines))  # 14 MB, the last line without an end
    rows = adapted()
    assert rows["source_line"].to_list() == list(range(1, 12_001))
    assert rows["result_id"].to_list() == [str(number) for number in range(1, 12_001)]


@pytest.mark.parametrize(
    "broken", ['{"resourceType": "Observation", "id": "o', "null", "[1, 2]", "}", '{"id": "x"}']
)
def test_a_broken_line_is_set_aside_and_harms_no_other(folder: Path, tmp_path: Path, broken: str) -> None:
    whole = json.dumps(observation())
    (folder / "Observation.ndjson").write_text(f"{whole}\n{broken}\n{whole}\n")
    out = adapt("fhir", folder, tmp_path / "out")
    assert pl.read_parquet(out / "lab_results_000000.parquet")["source_line"].sort().to_list() == [1, 3]
    unreadable = pl.read_parquet(out / "lab_results_unreadable_000000.parquet")
    assert unreadable.rows() == [(broken, "Observation.ndjson", 2)]


def test_a_bundle_that_breaks_off_keeps_what_came_before(folder: Path, tmp_path: Path) -> None:
    text = json.dumps({"resourceType": "Bundle", "entry": [{"resource": observation()}] * 2}, indent=1)
    (folder / "bundle.json").write_text(text[: text.rindex("valueQuantity")])
    out = adapt("fhir", folder, tmp_path / "out")
    assert pl.read_parquet(out / "lab_results_000000.parquet").height == 1
    assert pl.read_parquet(out / "lab_results_unreadable_000000.parquet")["source_file"].to_list() == [
        "bundle.json"
    ]


def _refusal(folder: Path, tmp_path: Path) -> str:
    with pytest.raises(ExtractError) as caught:
        adapt("fhir", folder, tmp_path / "out")
    message = str(caught.value)
    assert "\n" not in message
    assert str(tmp_path) not in message
    return message


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.ndjson", b"", "a.ndjson is empty"),
        ("a.ndjson", b"PAR1\x00\x01", "a.ndjson is not FHIR JSON: it looks like a Parquet file"),
        ("a.ndjson", b'{"a":1}\n\x00\x01\x02', "a.ndjson, line 2: not FHIR JSON"),
        ("a.ndjson", b'{"a":1}\n{"b":"\xe9\xe8"}\n', "a.ndjson, line 2: not UTF-8 text"),
        ("a.ndjson.gz", b'{"a":1}\n', "a.ndjson.gz is not a gzip file"),
        (
            "a.ndjson.gz",
            gzip.compress(b'{"a":1}\n' * 500, mtime=0)[:-9],
            "a.ndjson.gz is a truncated gzip file",
        ),
        ("Patient.ndjson", b'{"resourceType":"Patient","id":"p"}', "holds no Observation"),
        (
            "a.ndjson",
            b"\n{broken\n",
            "a.ndjson, line 2: no FHIR resource. The fhir extract holds no Observation",
        ),
        ("lab_results.csv", b"patient_id\n", "holds no .ndjson"),
    ],
)
def test_files_that_are_no_fhir(folder: Path, tmp_path: Path, name: str, content: bytes, words: str) -> None:
    (folder / name).write_bytes(content)
    assert words in _refusal(folder, tmp_path)


def test_an_empty_folder(folder: Path, tmp_path: Path) -> None:
    assert "holds no .ndjson, .ndjson.gz or .json file" in _refusal(folder, tmp_path)


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
