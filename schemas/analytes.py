"""Every analyte of RULES.md section 1: ids, codes, canonical units, factors, limits.

``ANALYTES`` is the table; ``analyte_of`` answers which analyte a code names. The rows are in the modules
``analytes_blood_count``, ``analytes_film``, ``analytes_iron``, ``analytes_chemistry`` and ``analytes_marrow``.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from schemas.analytes_blood_count import BLOOD_COUNT
from schemas.analytes_chemistry import CHEMISTRY
from schemas.analytes_film import FILM
from schemas.analytes_iron import IRON, RETICULOCYTES
from schemas.analytes_marrow import MARROW
from schemas.analytes_model import Alert, Analyte, Limits

__all__ = [
    "ANALYTES",
    "BLOOD_COUNT_ANALYTES",
    "LOINC",
    "LOINC_NAMES",
    "OWN_CODES",
    "Alert",
    "Analyte",
    "Limits",
    "analyte_of",
]

_ROWS = (*BLOOD_COUNT, *FILM, *RETICULOCYTES, *IRON, *CHEMISTRY, *MARROW)

ANALYTES: Mapping[str, Analyte] = MappingProxyType({analyte.id: analyte for analyte in _ROWS})
"""Analyte by id."""

BLOOD_COUNT_ANALYTES: frozenset[str] = frozenset(analyte.id for analyte in _ROWS if analyte.blood_count)
"""The analytes that make an index draw (RULES.md 0.5 and 1.2)."""

LOINC: Mapping[str, str] = MappingProxyType({code: analyte.id for analyte in _ROWS for code in analyte.loinc})
"""Analyte id by LOINC code."""

OWN_CODES: Mapping[str, str] = MappingProxyType(
    {code: analyte.id for analyte in _ROWS for code in (analyte.id, *analyte.aliases)}
)
"""Analyte id by code of the code system ``hemacohort``: every id, and the other names RULES.md gives."""

LOINC_NAMES = frozenset(
    "loinc ln lnc http://loinc.org https://loinc.org 2.16.840.1.113883.6.1 urn:oid:2.16.840.1.113883.6.1"
    " pclocd https://fhir.infoway-inforoute.ca/codesystem/pclocd 2.16.840.1.113883.2.20.5.1".split()
)
"""Names of the code system LOINC, lower case; pCLOCD is its Canadian edition, with the same codes."""


def analyte_of(code_system: str | None, code: str | None) -> str | None:
    """Analyte id that a code names, None if it names none. Spaces and, in names, case do not matter.

    An empty code system is the site's own, and a site's own codes name nothing until they are mapped: a number
    that looks like LOINC is not taken for it.
    """
    if code_system is None or code is None:
        return None
    system = code_system.strip().lower()
    if system in LOINC_NAMES:
        return LOINC.get(code.strip())
    if system == "hemacohort":
        return OWN_CODES.get(code.strip().lower())
    return None


def _check() -> None:
    """The tables must not contradict themselves; raised at import, so that no run starts on a broken table."""
    loinc = [code for analyte in _ROWS for code in analyte.loinc]
    if len(loinc) != len(set(loinc)):
        raise ValueError("a LOINC code is in two rows of the analyte tables")
    if len(ANALYTES) != len(_ROWS) or len(OWN_CODES) != sum(1 + len(a.aliases) for a in _ROWS):
        raise ValueError("an analyte id is in two rows of the analyte tables")
    for analyte in _ROWS:
        known = analyte.molar | analyte.massive
        if not known <= set(analyte.loinc) or analyte.molar & analyte.massive:
            raise ValueError(f"the properties of the codes of {analyte.id} are wrong")
        if analyte.reject.at_least is not None:
            raise ValueError(f"nothing is rejected at a limit itself, as {analyte.id} says")
        if analyte.units and analyte.units.get(analyte.unit) != 1:
            raise ValueError(f"the canonical unit of {analyte.id} must have the factor 1")


_check()
