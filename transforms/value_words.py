"""Findings in words (RULES.md 1.2 and 1.6): what each word says as a number.

Words count only where RULES.md lets them; beside any other analyte they are no value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from schemas.analytes import Analyte
from transforms.numerals import Bound


@dataclass(frozen=True)
class Word:
    """The number a word stands for, which bound it is, and the flag it raises."""

    number: float
    bound: Bound = Bound.EXACT
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
        "none detected",
        "not present",
    ),
}
_CLUMPED = (
    "clumps",
    "clumping",
    "clumped",
    "platelet clumps",
    "platelet clumping",
    "clumped platelets",
    "platelets clumped",
)
# A few clumps are clumps as well: how many there are says nothing of how many platelets they hold.
_HOW_MANY = (
    "few",
    "rare",
    "occasional",
    "slight",
    "small",
    "moderate",
    "many",
    "marked",
    "large",
    "++",
    "+++",
)
_CLUMPS = {
    **_PRESENCE,
    **_all(1, *_HOW_MANY, *_CLUMPED, "noted", "observed"),
    **_all(1, *(f"{many} {clumps}" for many in _HOW_MANY for clumps in _CLUMPED)),
    **_all(
        1, *(f"{clumps} {there}" for clumps in _CLUMPED for there in ("present", "seen", "noted", "observed"))
    ),
    **_all(0, *(f"no {clumps}{there}" for clumps in _CLUMPED for there in ("", " seen", " noted"))),
    **_all(0, "not clumped", "none noted", "not noted", "none observed"),
}
_FILM = {
    **_PRESENCE,
    **_all(
        1,
        *(
            f"{le}erythroblastic{film}"
            for le in ("leuko", "leuco", "leuko-", "leuco-")
            for film in ("", " picture", " film", " blood film", " blood picture", " reaction")
        ),
        "leukoerythroblastosis",
        "leucoerythroblastosis",
    ),
}
_MUTATION = {
    **_PRESENCE,
    **_all(1, "mutated", "mutation detected", "mutation present"),
    **_all(
        0,
        "wild type",
        "wild-type",
        "wt",
        "unmutated",
        "no mutation",
        "no mutation detected",
        "mutation not detected",
    ),
}
# RULES.md 1.6 names what infiltrates a marrow. Plasma cells do from 10 % on, so that myeloma alone says too little.
_INFILTRATION = {
    **_PRESENCE,
    **_all(
        1,
        "infiltrated",
        "infiltration present",
        "carcinoma",
        "metastatic carcinoma",
        "lymphoma",
        "hairy cell leukemia",
        "hairy cell leukaemia",
        "leukemia",
        "leukaemia",
        "acute leukemia",
        "acute leukaemia",
        "acute myeloid leukemia",
        "acute myeloid leukaemia",
        "acute lymphoblastic leukemia",
        "acute lymphoblastic leukaemia",
        "granuloma",
        "granulomas",
        "fibrosis",
    ),
    **_all(0, "not infiltrated", "no infiltration", "no infiltrate", "no evidence of infiltration"),
}
# Ordinal texts of RULES.md 1.6; Gale 0 deficient, 1-3 normal, 4-6 increased [V: medicalalgorithms.com]
_IRON_GRADE = {
    **_all(
        0,
        "absent",
        "none",
        "no",
        "none seen",
        "not seen",
        "none identified",
        "not identified",
        "not detected",
        "not present",
        "negative",
        "nil",
    ),
    **{
        text: Word(1, flag="MARROW_IRON_TRACE")
        for text in ("trace", "traces", "markedly decreased", "markedly reduced", "severely decreased")
    },
    **_all(
        1,
        "decreased",
        "reduced",
        "diminished",
        "low",
        "mildly decreased",
        "slightly decreased",
        "moderately decreased",
    ),
    **_all(3, "normal", "adequate"),
    **_all(4, "increased", "mildly increased", "slightly increased"),
    **{text: Word(4, Bound.AT_LEAST) for text in ("moderately increased", "markedly increased")},
}
# "Storage iron: absent", "no stainable iron seen", "iron stores adequate": the words around the finding say no more.
_ABOUT_IRON = re.compile(
    r"^(?:(?P<no>no )?(?:(?:marrow|storage|stainable|reticuloendothelial) )*iron(?: stores?)?(?: is| are)?\s*[:=,-]?\s*)?"
    r"(?P<finding>.*?)(?: (?:storage |stainable )?iron(?: stores?)?)?$"
)
# Gale's seven grades; "3+" or "2/4" are of another scale that RULES.md does not read
_GALE = re.compile(
    r"^(?:(?:gale )?grade|gale)\s*[:=]?\s*(?P<grade>[0-6])(?:\s*/\s*6)?$|^(?P<of_six>[0-6])\s*/\s*6$"
)
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
_SIDEROBLASTS = {
    **{text: Word(15, Bound.ABOVE, "RS_TEXT") for text in ("numerous", "many", "numerous seen", "many seen")},
    **{
        text: Word(0, flag="RS_TEXT")
        for text in (
            *(
                "none",
                "absent",
                "none seen",
                "not seen",
                "none identified",
                "not identified",
                "none detected",
            ),
            *("not detected", "not present", "negative", "no ring sideroblasts", "no ringed sideroblasts"),
            *("no ring sideroblasts seen", "no ring sideroblasts identified"),
        )
    },
}
_CELLULARITY = {
    **{text: Word(25, Bound.BELOW) for text in ("aplastic", "empty", "fatty")},
    **{text: Word(50, Bound.BELOW) for text in ("hypocellular for age", "hypocellular marrow for age")},
}
_BY_ANALYTE: Mapping[str, Mapping[str, Word]] = {
    "plt_clumps": _CLUMPS,
    "smear_leb": _FILM,
    "sf3b1": _MUTATION,
    "clonal_mutation": _MUTATION,
    "marrow_infiltration": _INFILTRATION,
    "ring_sideroblasts": _SIDEROBLASTS,
    "marrow_cellularity": _CELLULARITY,
}
_BY_KIND: Mapping[str, Mapping[str, Word]] = {
    "presence": _PRESENCE,
    "iron_grade": _IRON_GRADE,
    "specimen": _SPECIMEN,
}
_NOTHING: Mapping[str, Word] = {}


def word_of(analyte: Analyte, text: str) -> Word | None:
    """What a text says of an analyte in words; None where its words are no value of this analyte.

    text: lower case, with single spaces.
    """
    words = _BY_ANALYTE.get(analyte.id) or _BY_KIND.get(analyte.kind, _NOTHING)
    found = words.get(text)
    if found is not None or analyte.kind != "iron_grade":
        return found
    grade = _GALE.match(text)
    if grade is not None:
        return Word(float(grade["grade"] or grade["of_six"]))
    about = _ABOUT_IRON.match(text)
    if about is None:
        return None
    finding = about["finding"].strip()
    if about["no"]:  # "no stainable iron", "no iron seen"; "no iron is increased" says nothing
        return words["none"] if finding in {"", "seen", "identified", "detected", "present"} else None
    return words.get(finding)
