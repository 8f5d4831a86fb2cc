"""Concepts and the one Observation that an extract needs."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
P1 = {"reference": "Patient/p1"}
ICD = "http://hl7.org/fhir/sid/icd-10-cm"
SNOMED = "http://snomed.info/sct"
ATC = "http://www.whocc.no/atc"
HEMOGLOBIN = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}]},
    "subject": P1,
    "effectiveDateTime": "2024-03-05T07:30:00Z",
    "valueQuantity": {"value": 9.5, "unit": "g/dL"},
}


def concept(*codings: tuple[str, str], text: str | None = None) -> Json:
    """A concept of codings (system, code)."""
    return {"coding": [{"system": system, "code": code} for system, code in codings], "text": text}
