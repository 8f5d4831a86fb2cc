"""Value texts read as numbers, bounds or words (RULES.md 1.1 rules 1-3, 4.31.5).

A text that a machine reads as a number is one. Only the rest is looked at here, each distinct text once. Nothing is
decided about units: whether a comma separates thousands depends on them, so both readings are handed on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from schemas.analytes import ANALYTES
from transforms.value_words import words_of


class Bound(IntEnum):
    """What a number says of the value: the value itself, or an end of an interval (RULES.md 0.2)."""

    EXACT = 0
    BELOW = 1  # < x
    AT_MOST = 2  # <= x
    ABOVE = 3  # > x
    AT_LEAST = 4  # >= x


class Comma(IntEnum):
    """What the comma of a number can be."""

    NONE = 0
    DECIMAL = 1  # 12,5
    EITHER = 2  # 12,500: thousands or decimals
    DECIMAL_OR_NOTHING = 3  # 0,500: no thousands begin with 0, yet half a cell is not counted either
    THOUSANDS_OR_NOTHING = 4  # 1,234,567: no decimal has two commas
    THOUSANDS = 5  # 1,234.5


@dataclass(frozen=True)
class Reading:
    """A value text as read.

    number: the number, with a comma taken as a decimal point where it can be; None where the text says no value.
    thousands: the number with commas taken as thousands separators, None where they cannot be. power: the exponent
    of a power of ten printed behind the number (``58.000 x10^3``), 0 if none. flag: flag of the text, "" if none.
    """

    number: float | None
    bound: Bound = Bound.EXACT
    comma: Comma = Comma.NONE
    thousands: float | None = None
    power: int = 0
    flag: str = ""


REJECTED = Reading(None, flag="REJECT_TEXT")
NO_VALUE = Reading(None, flag="MISSING_VALUE")

_TRANSLATION = str.maketrans(
    {
        "−": "-",
        "‐": "-",
        "‑": "-",
        "·": ".",  # middle dot
        "∙": ".",
        "⋅": ".",
        "≤": "<=",
        "≦": "<=",
        "⩽": "<=",
        "≥": ">=",
        "≧": ">=",
        "⩾": ">=",
        "＜": "<",
        "＞": ">",
        "×": "x",
        "\u00a0": " ",
        "\u2009": " ",
        "\u202f": " ",
        "\u200b": None,
        "\ufeff": None,
    }
)
_PREFIXES: tuple[tuple[str, Bound], ...] = (
    (r"<=|=<|< ?or ?=|(?:less|lower|fewer) than or equal(?: to)?|at most", Bound.AT_MOST),
    (r">=|=>|> ?or ?=|(?:greater|more|higher) than or equal(?: to)?|at least", Bound.AT_LEAST),
    (r"<|(?:less|lower|fewer) than|below|under", Bound.BELOW),
    (r">|(?:greater|more|higher) than|above|over", Bound.ABOVE),
)
_PREFIX = tuple(
    (re.compile(rf"^(?:{words})\s*(?=[\d.,'-])", re.IGNORECASE), bound) for words, bound in _PREFIXES
)
_SUFFIX = (
    (re.compile(r"\s+or (?:less|lower|fewer|below)$", re.IGNORECASE), Bound.AT_MOST),
    (re.compile(r"\s+or (?:more|greater|higher|above)$", re.IGNORECASE), Bound.AT_LEAST),
)
_TRAILING_FLAGS = re.compile(r"(?<=[\d.\s])(?:\s*(?:\([HLA*!]{1,2}\)|[HLA*!]{1,2}))+$")
_POWER = re.compile(
    r"\s*[x*]\s*10\s*(?:[\^*eE]\s*)*(?P<power>[0-9]{1,2}|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})(?:\s*/\s*[^\s\d]+)?$",
    re.IGNORECASE,
)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_PLAIN = re.compile(r"^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$")
_ONE_COMMA = re.compile(r"^-?\d*,\d+$")
_EITHER = re.compile(r"^-?[1-9]\d{0,2},\d{3}$")
_ZERO_THREE = re.compile(r"^-?0\d{0,2},\d{3}$")
_MANY = re.compile(r"^-?[1-9]\d{0,2}(?:,\d{3}){2,}$")
_LAKH_GROUPS = re.compile(r"^-?[1-9]\d?(?:,\d{2})+,\d{3}$")  # 1,50,000 as India groups digits
_THOUSANDS_AND_POINT = re.compile(r"^-?[1-9]\d{0,2}(?:,\d{3})+\.\d+$")
_POINTS_AND_COMMA = re.compile(r"^-?[1-9]\d{0,2}(?:\.\d{3})+,\d+$")


def read_value(analyte_id: str, text: str | None) -> Reading:
    """A value text read for an analyte; never raises on a text. Raises KeyError for an analyte that does not exist."""
    analyte = ANALYTES[analyte_id]
    if text is None or not text.strip():
        return NO_VALUE
    word = words_of(analyte).get(" ".join(text.translate(_TRANSLATION).lower().split()).strip(" .'\""))
    if word is not None:
        return Reading(word.number, Bound(word.bound), flag=word.flag)
    if analyte.kind == "specimen":
        return REJECTED
    found = read_number(text)
    if analyte.kind == "presence" and (found.bound is not Bound.EXACT or found.number not in {0.0, 1.0}):
        return REJECTED
    return found


@lru_cache(maxsize=65_536)
def read_number(text: str) -> Reading:
    """A quantitative value text. What is no number and no bound is rejected: ``HEMOLYZED``, ``normal``, ``1+``."""
    found = (
        text.translate(_TRANSLATION).replace("&lt;", "<").replace("&gt;", ">").strip().lstrip("'’‘`").strip()
    )
    if not found:
        return NO_VALUE if not text.strip(" \t\r\n\u00a0\u200b\ufeff") else REJECTED
    found, bound = _bound(found)
    found = _TRAILING_FLAGS.sub("", found).strip()
    if bound is Bound.EXACT:
        found, bound = _bound(found)  # "5 or less H"
    power = 0
    match = _POWER.search(found)
    if match:
        power = int(match["power"].translate(_SUPERSCRIPTS))
        found = found[: match.start()].strip()
    return _number(found, bound, power)


def _bound(text: str) -> tuple[str, Bound]:
    for pattern, bound in _PREFIX:
        match = pattern.match(text)
        if match:
            return text[match.end() :].strip(), bound
    for pattern, bound in _SUFFIX:
        match = pattern.search(text)
        if match:
            return text[: match.start()].strip(), bound
    return text, Bound.EXACT


def _number(text: str, bound: Bound, power: int) -> Reading:
    if _PLAIN.match(text):
        return Reading(float(text), bound, power=power)
    if _EITHER.match(text):
        thousands = float(text.replace(",", ""))
        return Reading(float(text.replace(",", ".")), bound, Comma.EITHER, thousands, power)
    if _ZERO_THREE.match(text):
        return Reading(float(text.replace(",", ".")), bound, Comma.DECIMAL_OR_NOTHING, power=power)
    if _ONE_COMMA.match(text):
        return Reading(float(text.replace(",", ".")), bound, Comma.DECIMAL, power=power)
    if _MANY.match(text) or _LAKH_GROUPS.match(text):
        return Reading(None, bound, Comma.THOUSANDS_OR_NOTHING, float(text.replace(",", "")), power)
    if _THOUSANDS_AND_POINT.match(text):
        number = float(text.replace(",", ""))
        return Reading(number, bound, Comma.THOUSANDS, number, power)
    if _POINTS_AND_COMMA.match(text):
        return Reading(float(text.replace(".", "").replace(",", ".")), bound, Comma.DECIMAL, power=power)
    return REJECTED
