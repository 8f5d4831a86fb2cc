"""Drugs given and ordered in FHIR."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from tests.adapters.fhir.history.resources import ATC, P1, Json, concept

Read = Callable[[str], pl.DataFrame]
Write = Callable[..., None]


@pytest.mark.parametrize(
    ("kind", "body", "start", "end"),
    [
        ("MedicationRequest", {"authoredOn": "2024-01-02"}, "2024-01-02", None),
        (
            "MedicationRequest",
            {
                "authoredOn": "2024-01-02",
                "dispenseRequest": {"expectedSupplyDuration": {"value": 30, "code": "d"}},
            },
            "2024-01-02",
            "2024-01-31",
        ),
        (
            "MedicationRequest",
            {
                "authoredOn": "2024-01-02",
                "dosageInstruction": [
                    {"timing": {"repeat": {"boundsPeriod": {"start": "2024-01-03", "end": "2024-01-09"}}}}
                ],
            },
            "2024-01-03",
            "2024-01-09",
        ),
        (
            "MedicationAdministration",
            {"effectiveDateTime": "2024-01-02T10:00:00Z"},
            "2024-01-02T10:00:00Z",
            None,
        ),
        (
            "MedicationStatement",
            {"effectivePeriod": {"start": "2024-01-02", "end": "2024-02"}},
            "2024-01-02",
            "2024-02-01",
        ),
        ("MedicationStatement", {"dateAsserted": "2024-01-02"}, "2024-01-02", None),
        (
            "MedicationStatement",
            {"dateAsserted": "2024-01-02", "effectivePeriod": {"end": "2023-05-06"}},
            "2023-05-06",
            "2023-05-06",
        ),
        (
            "MedicationRequest",
            {
                "authoredOn": "2024-01-02",
                "dosageInstruction": [{"timing": {"repeat": {"boundsPeriod": {"end": "2024-01-09"}}}}],
            },
            "2024-01-02",
            "2024-01-09",
        ),
        ("MedicationRequest", {"authoredOn": "2024"}, "2024-12-31", None),
        (
            "MedicationRequest",
            {
                "authoredOn": "2024-01-02",
                "dispenseRequest": {"expectedSupplyDuration": {"value": 1, "unit": "Day"}},
            },
            "2024-01-02",
            "2024-01-02",
        ),
        (
            "MedicationRequest",
            {
                "authoredOn": "2024-01-02",
                "dispenseRequest": {"expectedSupplyDuration": {"value": 2, "unit": "weeks"}},
            },
            "2024-01-02",
            "2024-01-15",
        ),
        (
            "MedicationRequest",
            {
                "authoredOn": "2024-01-02",
                "dispenseRequest": {"expectedSupplyDuration": {"value": 0, "code": "d"}},
            },
            "2024-01-02",
            None,
        ),
    ],
)
def test_days_of_a_drug(
    write: Write, adapted: Read, kind: str, body: Json, start: str, end: str | None
) -> None:
    write(kind, {"subject": P1, "medicationCodeableConcept": concept((ATC, "B03AA07")), **body})
    assert adapted("clinical_events_drugs").row(0) == (
        "p1", "medication", "ATC", "B03AA07", start, end, f"{kind}.ndjson", 1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            {
                "contained": [{"resourceType": "Medication", "id": "m", "code": concept((ATC, "B03AC"))}],
                "medicationReference": {"reference": "#m"},
            },
            ("ATC", "B03AC"),
        ),
        ({"medicationReference": {"reference": "Medication/m1"}}, ("RXNORM", "24909")),
        ({"medicationReference": {"reference": "Medication/none", "display": "aspirin"}}, (None, "aspirin")),
        (
            {"medicationReference": {"reference": "Medication/none", "display": "Venofer 5 ml"}},
            ("ATC", "B03AC"),
        ),
        (
            {"medicationCodeableConcept": concept(("urn:x", "7"), text="Ferrous sulfate 325 mg")},
            ("ATC", "B03AA07"),
        ),
        (
            {"medicationCodeableConcept": concept((ATC, "B03A"), text="Ferrous sulfate 325 mg")},
            ("ATC", "B03A"),
        ),
        ({"medicationCodeableConcept": concept(("urn:x", "7"), text="aspirin")}, ("urn:x", "7")),
        (
            {"medicationCodeableConcept": concept(("urn:x", "7"), text="Fluorouracil 5 % Topical Cream")},
            ("urn:x", "7"),
        ),
        (
            {"medicationCodeableConcept": concept(("urn:x", "7"), text="Methotrexate 2.5 MG Oral Tablet")},
            ("ATC", "L04AX03"),
        ),
        ({"medicationCodeableConcept": concept(text="Methotrexate 25 MG/ML")}, ("ATC", "L01BA01")),
        (
            {
                "medicationCodeableConcept": concept(text="Methotrexate 2.5 mg"),
                "dosageInstruction": [{"route": {"coding": [{"code": "26643006", "display": "Oral route"}]}}],
            },
            ("ATC", "L04AX03"),
        ),
        (
            {
                "medicationCodeableConcept": concept((ATC, "L01BA01"), text="Methotrexate"),
                "dosageInstruction": [{"route": {"text": "oral"}}],
            },
            ("ATC", "L01BA01"),
        ),
    ],
)
def test_a_drug_that_is_written_elsewhere(
    write: Write, adapted: Read, body: Json, expected: tuple[str | None, str]
) -> None:
    rxnorm = "http://www.nlm.nih.gov/research/umls/rxnorm"
    write("Medication", {"id": "m1", "code": concept((rxnorm, "24909"))})
    write("MedicationRequest", {"subject": P1, "authoredOn": "2024-01-02", **body})
    assert adapted("clinical_events_drugs").select("code_system", "code").rows() == [expected]


@pytest.mark.parametrize(
    ("kind", "dosage", "code"),
    [
        ("MedicationAdministration", {"route": {"text": "Ophthalmic"}}, None),
        ("MedicationAdministration", {"route": {"text": "Intravenous"}}, "L01DC03"),
        ("MedicationStatement", [{"route": {"text": "ophthalmic"}}], None),
        ("MedicationStatement", [{"text": "once"}], "L01DC03"),
        ("MedicationStatement", "once", "L01DC03"),
    ],
)
def test_a_drug_that_does_not_reach_the_marrow(
    write: Write, adapted: Read, kind: str, dosage: object, code: str | None
) -> None:
    """Mitomycin in the eye is no chemotherapy; the row stays, without a class."""
    drug = concept(text="Mitomycin 0.2 mg")
    write(
        kind,
        {
            "subject": P1,
            "effectiveDateTime": "2024-01-02",
            "medicationCodeableConcept": drug,
            "dosage": dosage,
        },
    )
    row = adapted("clinical_events_drugs").row(0, named=True)
    assert (row["code_system"], row["code"]) == (("ATC", code) if code else (None, "Mitomycin 0.2 mg"))
