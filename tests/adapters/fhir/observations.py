"""Observations as FHIR servers send them."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
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
