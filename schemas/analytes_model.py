"""What an analyte is: the shape of one row of the analyte tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Section = Literal["blood_count", "reticulocyte", "iron", "chemistry", "marrow"]
Kind = Literal["quantity", "presence", "iron_grade", "specimen"]


@dataclass(frozen=True)
class Limits:
    """Limits in the canonical unit: met by a value < ``below``, > ``above`` or >= ``at_least``."""

    below: float | None = None
    above: float | None = None
    at_least: float | None = None


@dataclass(frozen=True)
class Alert:
    """A flag that rests on one result alone: raised when the value is surely > ``above`` (canonical unit)."""

    flag: str
    above: float


NO_LIMITS = Limits()


@dataclass(frozen=True)
class Analyte:
    """One analyte of RULES.md section 1.

    id: the name used everywhere. unit: canonical unit, as RULES.md prints it ("1" dimensionless, "" for findings
    in words). slug: suffix of column names. loinc: every code that names it. units: every accepted unit (plain
    spelling; ``transforms.units`` knows the others) and the factor to the canonical unit. reject: outside of it a
    value is missing. flag: outside of it a value is kept and flagged EXTREME. molar: the codes of ``loinc`` whose
    property is an amount of substance; massive: those whose property is a mass (a code in neither has no property
    that could disagree with a unit). unit_optional: a missing unit is the canonical one. kind: how the value text
    is read. alert: flag that rests on a single value. aliases: other codes accepted in code system "hemacohort".
    blood_count: whether a result makes an index draw.
    """

    id: str
    title: str
    section: Section
    unit: str
    slug: str
    loinc: tuple[str, ...]
    units: Mapping[str, Decimal]
    reject: Limits = NO_LIMITS
    flag: Limits = NO_LIMITS
    molar: frozenset[str] = frozenset()
    massive: frozenset[str] = frozenset()
    unit_optional: bool = False
    kind: Kind = "quantity"
    alert: Alert | None = None
    aliases: tuple[str, ...] = ()
    blood_count: bool = False


def units(*pairs: tuple[str, str]) -> Mapping[str, Decimal]:
    """Mapping of unit to factor from (unit, decimal text) pairs. A text ``/x`` is the factor 1/x."""
    return {
        unit: Decimal(1) / Decimal(text[1:]) if text.startswith("/") else Decimal(text)
        for unit, text in pairs
    }


def codes(*loinc: str) -> frozenset[str]:
    """A set of codes."""
    return frozenset(loinc)
