"""Unit texts of laboratories, read for the analyte of their row (RULES.md 1.1 rule 4).

A text is cleaned, then looked up among the units of the analyte: as it is spelled, because ``G/L`` is 10*9/L for a cell
count and ``T/L`` 10*12/L; then without regard to case, because elsewhere case says nothing; then by what it measures,
because ``mg/100 mL`` is mg/dL. A unit that is none of the analyte's is unknown; nothing is guessed and no factor is
made up for it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from schemas.analytes import ANALYTES, Analyte
from transforms.unit_measures import Measure, measure
from transforms.unit_spellings import CASED, EMPTY_UNITS, PER_HUNDRED, SPELLINGS, UNREADABLE
from transforms.unit_texts import clean, fold

_BODY_SURFACE = re.compile(
    r"mls?/\(?mi?n(?:utes?)?[/.*]?[(\[]?1[.,]?73?_?[.*]?/?(?:m\*{0,2}e?\(?2\)?|m\*?sq|qm|\*{1,2}2|met(?:er|re)s?squared|sq\.?-?m(?:et(?:er|re)s?)?"
    r"|squaremet(?:er|re)s?|mtr|m)?(?:bsa)?[)\]]*|ml/mi?n/(?:bsa|sa)"
)


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
    return text is None or text.strip(" \t\r\n\u00a0\u200b\ufeff").lower() in EMPTY_UNITS


def resolve(analyte_id: str, text: str | None) -> UnitReading | None:
    """The unit a text stands for beside this analyte; None if it is missing or not one of the analyte's units.

    Raises KeyError for an analyte that does not exist. Source: RULES.md 1.1 rules 4 and 5, "other units" of 1.2-1.5.
    """
    analyte = ANALYTES[analyte_id]
    if text is None or is_missing(text):
        return None
    unit = _lookup(analyte, clean(text))
    if unit is None:
        return None
    return UnitReading(unit=unit, factor=analyte.units[unit], per_ul=unit == "/uL", lakh=unit == "lakh/uL")


def _lookup(analyte: Analyte, cleaned: str) -> str | None:
    for unit in CASED.get(cleaned, ()):
        if unit in analyte.units:
            return unit
    folded = fold(cleaned)
    if _BODY_SURFACE.fullmatch(folded):
        return "mL/min/1.73 m2" if "mL/min/1.73 m2" in analyte.units else None
    own = _folded_units(analyte.id).get(folded)
    if own is not None:
        return own
    for unit in SPELLINGS.get(folded, ()):
        if unit in analyte.units:
            return unit
        if analyte.id in PER_HUNDRED.get(unit, ()):
            return "%"
    measured = measure(folded)
    return None if measured is None else _measured_units(analyte.id).get(measured)


@cache
def _folded_units(analyte_id: str) -> Mapping[str, str]:
    """The analyte's own units without regard to case, save those whose case is their meaning."""
    return {fold(clean(unit)): unit for unit in ANALYTES[analyte_id].units if unit not in CASED}


@cache
def _measured_units(analyte_id: str) -> Mapping[Measure, str]:
    """The analyte's own units by what they measure; of several that are the same the first as the table has them."""
    found: dict[Measure, str] = {}
    for unit in ANALYTES[analyte_id].units:
        measured = None if unit in UNREADABLE else measure(fold(clean(unit)))
        if measured is not None:
            found.setdefault(measured, unit)
    return found
