"""Patients, merges, diagnoses, procedures and encounters of FHIR, and a whole night of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest

from flows.adapters import source_files
from flows.cli import main
from tests.adapters.fhir.history.resources import HEMOGLOBIN, ICD, P1, SNOMED, Json, concept

Read = Callable[[str], pl.DataFrame]
Write = Callable[..., None]


@pytest.mark.parametrize(
    ("body", "sex", "birth", "death"),
    [
        ({"gender": "female", "birthDate": "1960-02-03"}, "female", "1960-02-03", None),
        (
            {"gender": "male", "deceasedDateTime": "2020-01-01T10:00:00Z"},
            "male",
            None,
            "2020-01-01T10:00:00Z",
        ),
        ({"gender": "other", "deceasedBoolean": True}, None, None, None),
        ({"gender": "unknown", "birthDate": "1960"}, None, "1960", None),
        ({"gender": "mal"}, "mal", None, None),
        ({"gender": "male", "deceasedDateTime": "2020"}, "male", None, "2020-12-31"),
        ({"gender": "male", "deceasedDateTime": "2020-02"}, "male", None, "2020-02-29"),
    ],
)
def test_patients(
    write: Write, adapted: Read, body: Json, sex: str | None, birth: str | None, death: str | None
) -> None:
    write("Patient", {"id": "p1", **body})
    assert adapted("patients").row(0) == ("p1", sex, birth, death, "Patient.ndjson", 1)


def test_a_record_that_was_given_up_for_another(write: Write, adapted: Read) -> None:
    def link(kind: str) -> Json:
        return {
            "link": [{"type": kind, "other": {"reference": "Patient/new"}}],
            "meta": {"lastUpdated": "2024-01-02"},
        }

    write(
        "Patient",
        {"id": "a", **link("replaced-by")},
        {"id": "b", **link("replaces")},
        {"id": "c", **link("seealso")},
    )
    assert adapted("patient_merges").rows() == [
        ("a", "new", "2024-01-02", "Patient.ndjson", 1),
        ("new", "b", "2024-01-02", "Patient.ndjson", 2),
    ]


def test_a_record_tells_the_merge_of_its_own_patient_only(
    folder: Path, write: Write, screened: Callable[..., Path]
) -> None:
    """An export of what changed since the last one has few records of patients; the others are still merged."""

    def given_up_for(other: str) -> Json:
        return {"link": [{"type": "replaced-by", "other": {"reference": f"Patient/{other}"}}]}

    def results(day: str) -> list[Json]:
        return [
            {**HEMOGLOBIN, "id": f"{name}{day}", "subject": {"reference": f"Patient/{name}"}, "effectiveDateTime": day}
            for name in ("a", "c")
        ]  # fmt: skip

    write("Observation", *results("2024-03-05"))
    write("Patient", {"id": "a", **given_up_for("b")}, {"id": "c", **given_up_for("d")})
    screened("fhir", folder)
    (folder / "Patient.ndjson").rename(folder / "Patient_1.ndjson")  # known, and no longer the newest word
    write("Observation", *results("2024-03-06"))
    write("Patient", {"id": "b"}, {"id": "c"}, {"id": "e"})  # c is a patient of its own again
    night = screened("fhir", folder)
    with duckdb.connect(str(night / "hemacohort.duckdb"), read_only=True) as connection:
        query = "SELECT patient_id, source_patient_id FROM lab.result ORDER BY ALL"
        assert connection.sql(query).fetchall() == [("b", "a"), ("b", "a"), ("c", None), ("c", None)]


@pytest.mark.parametrize(
    ("codings", "expected"),
    [
        ([(SNOMED, "87522002"), (ICD, "D50.9")], [("SNOMED", "87522002"), ("ICD10CM", "D50.9")]),
        ([("urn:x", "7"), (ICD, "D50.9")], [("ICD10CM", "D50.9")]),
        ([("http://hl7.org/fhir/sid/icd-9-cm", "280.9")], [("ICD9CM", "280.9")]),
        ([("urn:x", "7"), ("urn:y", "8")], [("urn:x", "7")]),
        ([], [(None, "anemia")]),
    ],
)
def test_codings_of_a_diagnosis(
    write: Write, adapted: Read, codings: list[tuple[str, str]], expected: list[tuple[str | None, str]]
) -> None:
    write(
        "Condition", {"subject": P1, "code": concept(*codings, text="anemia"), "onsetDateTime": "2024-01-02"}
    )
    rows = adapted("clinical_events_diagnoses")
    assert sorted(rows.select("code_system", "code").rows(), key=str) == sorted(expected, key=str)
    assert set(rows.select("patient_id", "kind", "start_date").rows()) == {("p1", "diagnosis", "2024-01-02")}


@pytest.mark.parametrize(
    ("body", "start", "end"),
    [
        (
            {"onsetDateTime": "2020-05-06T07:00:00Z", "abatementDateTime": "2021-01-01"},
            "2020-05-06T07:00:00Z",
            "2021-01-01",
        ),
        (
            {"onsetPeriod": {"start": "2020-05-06"}, "abatementPeriod": {"end": "2021"}},
            "2020-05-06",
            "2021-01-01",
        ),
        ({"recordedDate": "2022-02-02"}, "2022-02-02", None),
        ({"onsetDateTime": "2020"}, "2020-12-31", None),
        ({"onsetDateTime": "2020", "recordedDate": "2020-03-04"}, "2020-03-04", None),
        ({"onsetDateTime": "2020", "recordedDate": "2021-03-04"}, "2020-12-31", None),
        ({"onsetDateTime": "2020-02", "abatementDateTime": "2020-02"}, "2020-02-29", "2020-02-29"),
        ({"recordedDate": "2022-02-02", "abatementDateTime": "2010-05-06"}, "2010-05-06", "2010-05-06"),
        ({"recordedDate": "2022-02-02", "abatementPeriod": {"end": "2010"}}, "2010-12-31", "2010-12-31"),
        ({"recordedDate": "2022-02-02", "abatementDateTime": "2023-01-01"}, "2022-02-02", "2023-01-01"),
        ({}, None, None),
    ],
)
def test_a_date_that_is_not_exact_says_only_what_is_sure(
    write: Write, adapted: Read, body: Json, start: str | None, end: str | None
) -> None:
    write("Condition", {"subject": P1, "code": concept((ICD, "D50.9")), **body})
    assert adapted("clinical_events_diagnoses").select("start_date", "end_date").rows() == [(start, end)]


@pytest.mark.parametrize(
    ("kind", "body", "table"),
    [
        ("Condition", {"verificationStatus": concept(("x", "refuted"))}, "diagnoses"),
        ("Condition", {"verificationStatus": concept(("x", "entered-in-error"))}, "diagnoses"),
        ("Condition", {"verificationStatus": concept(("local", "no"), ("x", "refuted"))}, "diagnoses"),
        ("Procedure", {"status": "preparation"}, "procedures"),
        ("Procedure", {"status": "not-done"}, "procedures"),
        ("Procedure", {"status": "entered-in-error"}, "procedures"),
        ("Encounter", {"status": "planned"}, "encounters"),
        ("Encounter", {"status": "cancelled"}, "encounters"),
        ("Encounter", {"status": "entered-in-error"}, "encounters"),
        ("MedicationAdministration", {"status": "not-done"}, "drugs"),
        ("MedicationStatement", {"status": "not-taken"}, "drugs"),
        ("MedicationStatement", {"status": "intended"}, "drugs"),
        ("MedicationRequest", {"status": "cancelled"}, "drugs"),
        ("MedicationRequest", {"status": "draft"}, "drugs"),
        ("MedicationRequest", {"status": "entered-in-error"}, "drugs"),
        ("MedicationRequest", {"status": "active", "intent": "proposal"}, "drugs"),
        ("MedicationRequest", {"status": "active", "intent": "plan"}, "drugs"),
        ("MedicationRequest", {"status": "active", "intent": "option"}, "drugs"),
        ("MedicationRequest", {"status": "active", "doNotPerform": True}, "drugs"),
    ],
)
def test_what_says_that_it_is_not_so_is_left_out_and_counted(
    write: Write, adapted: Read, tmp_path: Path, kind: str, body: Json, table: str
) -> None:
    write(kind, {"subject": P1, **body}, {"subject": P1, "status": "completed"})
    assert adapted(f"clinical_events_{table}")["source_line"].to_list() == [2]
    left_out = {(file.table, file.name): file.left_out for file in source_files(tmp_path / "out")}
    assert left_out["clinical_events", f"{kind}.ndjson"] == 1


@pytest.mark.parametrize(
    ("kind", "period", "table"),
    [("Procedure", "performedPeriod", "procedures"), ("Encounter", "period", "encounters")],
)
def test_of_a_period_that_says_its_end_only_the_end_is_sure(
    write: Write, adapted: Read, kind: str, period: str, table: str
) -> None:
    write(kind, {"subject": P1, period: {"end": "2024-01-02"}}, {"subject": P1, period: {"end": "2024"}})
    rows = adapted(f"clinical_events_{table}")
    assert rows.select("start_date", "end_date").rows() == [
        ("2024-01-02", "2024-01-02"),
        ("2024-12-31", "2024-12-31"),
    ]


def test_a_procedure(write: Write, adapted: Read) -> None:
    period = {"start": "2024-01-02T08:00:00Z", "end": "2024-01-02T09:00:00Z"}
    write(
        "Procedure",
        {
            "subject": P1,
            "code": concept(("http://www.ama-assn.org/go/cpt", "36430")),
            "performedPeriod": period,
        },
    )
    assert adapted("clinical_events_procedures").row(0)[:6] == (
        "p1", "procedure", "CPT", "36430", period["start"], period["end"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({"serviceType": concept(("http://nucc.org/provider-taxonomy", "207RH0000X"))}, ["207RH0000X"]),
        ({"type": [{"text": "Haematology clinic"}]}, ["hematology clinic"]),
        (
            {"serviceType": {"coding": [{"system": SNOMED, "code": "1", "display": "Clinical haematology"}]}},
            ["hematology"],
        ),
        ({"type": [{"text": "303 visit"}], "class": {"code": "AMB"}}, ["AMB"]),
        ({"class": {"code": "IMP"}}, ["IMP"]),
        ({}, [None]),
    ],
)
def test_the_specialty_of_an_encounter(
    write: Write, adapted: Read, body: Json, codes: list[str | None]
) -> None:
    write("Encounter", {"subject": P1, "period": {"start": "2024-01-02", "end": "2024-01-03"}, **body})
    rows = adapted("clinical_events_encounters")
    assert rows["code"].to_list() == codes
    assert rows.row(0)[:3] == ("p1", "encounter", "SPECIALTY")
    assert rows.select("start_date", "end_date").row(0) == ("2024-01-02", "2024-01-03")


def test_a_night_accounts_for_every_resource(write: Write, folder: Path, tmp_path: Path) -> None:
    write("Patient", {"id": "p1", "gender": "female", "birthDate": "1960-02-03"})
    write(
        "Condition",
        {"subject": P1, "code": concept((ICD, "D50.9"), (SNOMED, "87522002")), "onsetDateTime": "2024-01-02"},
        {"subject": P1, "code": concept((ICD, "I50.9")), "verificationStatus": concept(("x", "refuted"))},
        {"subject": P1, "code": concept(("urn:x", "1")), "onsetDateTime": "2024-01-02"},
    )
    panel = {"coding": [{"system": "http://loinc.org", "code": "58410-2"}]}
    bundle = {
        "resourceType": "Bundle",
        "entry": [
            {"resource": {**HEMOGLOBIN, "id": "o2", "effectiveDateTime": "2024-03-06", "status": "entered-in-error"}},
            {"resource": {**HEMOGLOBIN, "id": "o3", "code": panel, "valueQuantity": None, "component": [
                {"code": HEMOGLOBIN["code"], "dataAbsentReason": {"text": "clotted"}}]}},
            {"resource": {"resourceType": "Condition", "subject": P1, "code": concept((ICD, "N18.4")),
                          "onsetDateTime": "2024-01-02"}},
            {"resource": {"resourceType": "Encounter", "subject": P1, "period": {"start": "2024-01-02"},
                          "type": [{"text": "Hematology"}]}},
        ],
    }  # fmt: skip
    (folder / "bundle.json").write_text(json.dumps(bundle))  # one line
    with (folder / "Observation.ndjson").open("a") as file:
        file.write('{"resourceType": "Observation", "id"\n')
    home = tmp_path / "home"
    flags = ["--home", str(home), "--extract", str(folder), "--source", "fhir", "--as-of", "auto", "--direct"]
    with pytest.raises(SystemExit) as ended:
        main(["run", *flags])
    assert ended.value.code == 0
    with duckdb.connect(str(home / "published" / "hemacohort.duckdb"), read_only=True) as night:
        ledger = night.sql(
            "SELECT table_name, source_file, rows, accepted, ignored, quarantined FROM run.input_file ORDER BY ALL"
        ).fetchall()
        broken = night.sql(
            "SELECT reasons, source_line FROM quality.quarantine WHERE source_file = 'Observation.ndjson'"
        ).fetchall()
        low = night.sql("SELECT value, unit, source_value FROM lab.result").fetchall()
    assert ledger == [
        ("clinical_events", "Condition.ndjson", 3, 1, 1, 1),
        ("clinical_events", "bundle.json", 1, 1, 0, 0),
        ("lab_results", "Observation.ndjson", 2, 1, 0, 1),
        ("lab_results", "bundle.json", 3, 0, 1, 2),
        ("patients", "Patient.ndjson", 1, 1, 0, 0),
    ]
    assert broken == [(["RAGGED_LINE"], 2)]
    assert low == [(95.0, "g/L", "9.5")]
