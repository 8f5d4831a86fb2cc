"""Numerals as people and machines write them: decimal points and commas, separators between thousands, exponents.

Whether a separator separates thousands can depend on the unit (RULES.md 1.1 rule 3, 4.31.5), so nothing is decided
here: both readings are handed on, with what the separator can be. What a sign such as ``<`` before a number makes of
it is its ``Bound``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum


class Bound(IntEnum):
    """What a number says of the value: the value itself, or an end of an interval (RULES.md 0.2)."""

    EXACT = 0
    BELOW = 1  # < x
    AT_MOST = 2  # <= x
    ABOVE = 3  # > x
    AT_LEAST = 4  # >= x


class Comma(IntEnum):
    """What the separator in a number can be."""

    NONE = 0
    DECIMAL = 1  # 12,5
    EITHER = 2  # 12,500: thousands or decimals
    DECIMAL_OR_NOTHING = 3  # 0,500: no thousands begin with 0, yet half a cell is not counted either
    THOUSANDS_OR_NOTHING = 4  # 1,234,567 or 250 000: no decimal has two commas, or a space
    THOUSANDS = 5  # 1,234.5
    POINT = 6  # 58.000: decimals, but beside single cells it may separate thousands as well


@dataclass(frozen=True)
class Numeral:
    """A number as written. number: with a comma taken as a decimal point, None where it cannot be one. thousands: with
    separators taken as such, None where they cannot be.
    """

    number: float | None
    comma: Comma = Comma.NONE
    thousands: float | None = None


TOKEN = re.compile(
    r"(?P<numeral>-?(?:\d{1,3}(?:[ ']\d{3})+(?:[.,]\d+)?(?![\d.,])|\d[\d.,]*|[.,]\d+)(?:[eE][+-]?\d{1,3}(?![\d.,]))?)"
)
"""What looks like a numeral at the beginning of a text; ``read_numeral`` says whether it is one."""

_PLAIN = re.compile(r"^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$")
_POINT = re.compile(r"^-?[1-9]\d{0,2}\.\d{3}$")
_ONE_COMMA = re.compile(r"^-?\d*,\d+(?:[eE][+-]?\d{1,3})?$")
_EITHER = re.compile(r"^-?[1-9]\d{0,2},\d{3}$")
_ZERO_THREE = re.compile(r"^-?0\d{0,2},\d{3}$")
_MANY = re.compile(r"^-?[1-9]\d{0,2}(?:(?:,\d{3}){2,}|(?:\.\d{3}){2,}|(?:[ ']\d{3})+)$")
_LAKH_GROUPS = re.compile(r"^-?[1-9]\d?(?:,\d{2})+,\d{3}$")  # 1,50,000 as India groups digits
_THOUSANDS_AND_POINT = re.compile(r"^-?[1-9]\d{0,2}(?:,\d{3})+\.\d+$")
_POINTS_AND_COMMA = re.compile(r"^-?[1-9]\d{0,2}(?:\.\d{3})+,\d+$")
_SEPARATORS = str.maketrans("", "", ",.' ")


def read_numeral(text: str) -> Numeral | None:
    """What a numeral says; None if it is none. Digits, signs and separators are those of ASCII."""
    if _POINT.match(text):
        return Numeral(float(text), Comma.POINT, float(text.translate(_SEPARATORS)))
    if _PLAIN.match(text):
        return Numeral(float(text))
    if _EITHER.match(text):
        return Numeral(float(text.replace(",", ".")), Comma.EITHER, float(text.replace(",", "")))
    if _ZERO_THREE.match(text):
        return Numeral(float(text.replace(",", ".")), Comma.DECIMAL_OR_NOTHING)
    if _ONE_COMMA.match(text):
        return Numeral(float(text.replace(",", ".")), Comma.DECIMAL)
    if _MANY.match(text) or _LAKH_GROUPS.match(text):
        return Numeral(None, Comma.THOUSANDS_OR_NOTHING, float(text.translate(_SEPARATORS)))
    if _THOUSANDS_AND_POINT.match(text):
        number = float(text.replace(",", ""))
        return Numeral(number, Comma.THOUSANDS, number)
    if _POINTS_AND_COMMA.match(text):
        return Numeral(float(text.replace(".", "").replace(",", ".")), Comma.DECIMAL)
    return None
