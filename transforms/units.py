"""Unit texts of laboratories, read for the analyte they stand beside (RULES.md 1.1 rule 4).

A text is cleaned (spaces, micro signs, powers of ten, ``/mm3``), then looked up in the units of the analyte in two
passes: as it is spelled, because ``G/L`` is 10*9/L for a cell count and ``T/L`` 10*12/L, and then without regard to
case, because elsewhere case says nothing. What is not found is unknown; nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from schemas.analytes import ANALYTES, Analyte
from transforms.unit_spellings import CASED, EMPTY_UNITS, SPELLINGS

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_TRANSLATION = str.maketrans(
    {
        "µ": "u",  # U+00B5 micro sign
        "μ": "u",  # U+03BC Greek mu
        "×": "x",
        "∗": "*",
        "^": "*",
        "⁄": "/",
        "∕": "/",
        "％": "%",
        "‰": "permille",
        "\u200b": None,  # zero-width characters and the byte order mark
        "\u200c": None,
        "\u200d": None,
        "\ufeff": None,
    }
)
_SUPERSCRIPT_POWER = re.compile("10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_ANNOTATION = re.compile(r"\{([^}]*)\}")
_MC = re.compile(r"mc(?=g|mol|l|iu|u|kat)", re.IGNORECASE)
# 10^9, 10**9, 10E9, 10E+9, 10(9), 10[9], 10exp9, 1e9, with or without a leading x
_POWER = re.compile(r"[x*·]?10(?:\*{1,2}|e|exp|\(|\[)\+?0?(3|6|9|12)[)\]]?(?=$|[^0-9])", re.IGNORECASE)
_LOST_SUPERSCRIPT = re.compile(r"^[x*·]?10(3|6|9|12)(?=/)", re.IGNORECASE)  # 10⁹/L pasted as 109/L
_PER_CUBIC_MM = re.compile(
    r"(?:/|per)(?:cu\.?mm|c\.?mm|mm\*?3|cubicmm|microl(?:iter|itre)?|ul)\.?$", re.IGNORECASE
)
_BODY_SURFACE = re.compile(r"^ml/min(?:/|per)?\(?1[.,]73_?(?:m\*?2|sqm|m)?\)?$", re.IGNORECASE)


@dataclass(frozen=True)
class UnitReading:
    """A unit as read for an analyte: its plain spelling among ``Analyte.units``, the factor, the dimension.

    per_ul: single cells per microliter are counted (a comma then separates thousands, RULES.md 4.31.5).
    """

    unit: str
    factor: Decimal
    per_ul: bool
    lakh: bool

    @property
    def molar(self) -> bool:
        """Whether the unit is one of amount of substance."""
        return "mol" in self.unit

    @property
    def massive(self) -> bool:
        """Whether the unit is one of mass."""
        return re.match(r"^[munp]?g(/|$)", self.unit) is not None


def is_missing(text: str | None) -> bool:
    """Whether a unit text says nothing: empty, blank, or a word for none."""
    return text is None or text.strip().lower() in EMPTY_UNITS


def resolve(analyte_id: str, text: str | None) -> UnitReading | None:
    """The unit a text stands for beside this analyte; None if it is missing or not one of the analyte's units.

    Raises KeyError for an analyte that does not exist. Source: RULES.md 1.1 rules 4 and 5, "other units" of 1.2-1.5.
    """
    analyte = ANALYTES[analyte_id]
    if text is None or is_missing(text):
        return None
    cleaned = clean(text)
    lakh = re.search(r"lakh|lacs?(?![a-z])", cleaned, re.IGNORECASE) is not None
    unit = "lakh/uL" if lakh and "lakh/uL" in analyte.units else _lookup(analyte, cleaned)
    if unit is None:
        return None
    return UnitReading(unit=unit, factor=analyte.units[unit], per_ul=unit == "/uL", lakh=unit == "lakh/uL")


def clean(text: str) -> str:
    """The unit text without spaces and typographic variants, its case kept (RULES.md 1.1 rule 4)."""
    found = _SUPERSCRIPT_POWER.sub(lambda match: "10*" + match[1].translate(_SUPERSCRIPTS), text)
    found = found.translate(_SUPERSCRIPTS).translate(_TRANSLATION)
    found = "".join(found.split())
    found = _without_annotations(found)
    found = re.sub(r"\[(?:iu|IU|iU)\]", "IU", found).replace("[ppth]", "permille")
    found = _MC.sub("u", found)
    found = _POWER.sub(r"10*\1", found)
    found = _LOST_SUPERSCRIPT.sub(r"10*\1", found)
    found = _PER_CUBIC_MM.sub("/uL", found)
    return found.rstrip(".") or found


def _without_annotations(text: str) -> str:
    """UCUM annotations say what is counted, not in what: ``10*9{cells}/L``. Alone, one is a dimensionless unit."""
    bare = _ANNOTATION.sub("", text)
    if bare in {"", "/"}:
        return _ANNOTATION.sub(r"\1", text)
    if re.fullmatch(r"/100|/min/", bare) or "1.73" in text:
        return _ANNOTATION.sub(r"\1", text)
    return bare


def _lookup(analyte: Analyte, cleaned: str) -> str | None:
    for unit in CASED.get(cleaned, ()):
        if unit in analyte.units:
            return unit
    if _BODY_SURFACE.match(cleaned):
        return "mL/min/1.73 m2" if "mL/min/1.73 m2" in analyte.units else None
    folded = _fold(cleaned)
    own = _folded_units(analyte.id).get(folded)
    if own is not None:
        return own
    for unit in SPELLINGS.get(folded, ()):
        if unit in analyte.units:
            return unit
    return None


@cache
def _folded_units(analyte_id: str) -> dict[str, str]:
    """The analyte's own units without regard to case, save those whose case is their meaning."""
    return {_fold(clean(unit)): unit for unit in ANALYTES[analyte_id].units if unit not in CASED}


def _fold(cleaned: str) -> str:
    """Lower case, and the words laboratories write out for gram, liter, deciliter and micro."""
    found = cleaned.lower()
    found = re.sub(r"deci-?lit(?:er|re)s?", "dl", found)
    found = re.sub(r"lit(?:er|re)s?|ltrs?(?![a-z])", "l", found)
    found = re.sub(r"micro(?=g|m|l|i|k)", "u", found)
    found = re.sub(r"gr?ams?(?=$|[/%])|gms?(?=$|[/%])|gr(?=/dl)", "g", found)
    found = re.sub(r"/100ml|/100cc", "/dl", found)
    return re.sub(r"(?<=g)%$", "/dl", found)
