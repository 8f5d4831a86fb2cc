"""Findings in words (RULES.md 1.2 and 1.6): what each word says as a number.

Words count only where RULES.md lets them; beside any other analyte they are no value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.analytes import Analyte

_BELOW, _ABOVE = 1, 3  # transforms.values.Bound


@dataclass(frozen=True)
class Word:
    """The number a word stands for, which bound it is (``transforms.values.Bound``), and the flag it raises."""

    number: float
    bound: int = 0
    flag: str = ""


def _all(number: float, *texts: str) -> dict[str, Word]:
    return {text: Word(number) for text in texts}


_PRESENCE = {
    **_all(
        1,
        "present",
        "1",
        "yes",
        "y",
        "true",
        "positive",
        "pos",
        "detected",
        "seen",
        "+",
        "1+",
        "2+",
        "3+",
        "4+",
    ),
    **_all(
        0,
        "absent",
        "0",
        "no",
        "n",
        "false",
        "negative",
        "neg",
        "not detected",
        "none",
        "none seen",
        "not seen",
    ),
}
_FILM = {**_PRESENCE, **_all(1, "leukoerythroblastic", "leucoerythroblastic", "leukoerythroblastosis")}
_MUTATION = {
    **_PRESENCE,
    **_all(1, "mutated", "mutation detected"),
    **_all(0, "wild type", "wild-type", "wt"),
}
# Ordinal texts of RULES.md 1.6; Gale 0 deficient, 1-3 normal, 4-6 increased [V: medicalalgorithms.com]
_IRON_GRADE = {
    **_all(0, "absent", "none", "no stainable iron", "no iron"),
    **{text: Word(1, flag="MARROW_IRON_TRACE") for text in ("trace", "markedly decreased")},
    **_all(1, "decreased", "reduced"),
    **_all(3, "normal", "adequate"),
    **_all(4, "increased"),
}
# A trephine alone is decalcified and does not prove that iron is absent; an aspirate beside it does.
_SPECIMEN = {
    **_all(
        1,
        "trephine",
        "biopsy",
        "core biopsy",
        "core",
        "trephine biopsy",
        "trephine only",
        "bone marrow biopsy",
    ),
    **_all(2, "clot", "clot section", "particle clot"),
    **_all(
        3,
        "aspirate",
        "aspiration",
        "bone marrow aspirate",
        "aspirate smear",
        "aspirate and trephine",
        "aspirate + trephine",
        "aspirate/trephine",
        "aspirate and biopsy",
        "aspirate and clot",
        "both",
    ),
}
_SIDEROBLASTS = {text: Word(15, _ABOVE, "RS_TEXT") for text in ("numerous", "many")}
_CELLULARITY = {
    **{text: Word(25, _BELOW) for text in ("aplastic", "empty", "fatty")},
    "hypocellular for age": Word(50, _BELOW),
}
_BY_ANALYTE: Mapping[str, Mapping[str, Word]] = {
    "smear_leb": _FILM,
    "sf3b1": _MUTATION,
    "clonal_mutation": _MUTATION,
    "ring_sideroblasts": _SIDEROBLASTS,
    "marrow_cellularity": _CELLULARITY,
}
_BY_KIND: Mapping[str, Mapping[str, Word]] = {
    "presence": _PRESENCE,
    "iron_grade": _IRON_GRADE,
    "specimen": _SPECIMEN,
}
_NOTHING: Mapping[str, Word] = {}


def words_of(analyte: Analyte) -> Mapping[str, Word]:
    """The words that are values of this analyte, lower case."""
    return _BY_ANALYTE.get(analyte.id) or _BY_KIND.get(analyte.kind, _NOTHING)
