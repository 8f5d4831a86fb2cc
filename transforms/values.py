"""Value texts read as numbers, bounds or words (RULES.md 1.1 rules 1-3, 4.31.5).

A text that a machine reads as a number is one. Only the rest is looked at here, each distinct text once. Beside the
number a laboratory may print its flag, the unit again, a power of ten, the reference range or a remark that says
nothing of the value ("verified"); whatever else stands there makes the text no value, for it may take it back
("8.1 HEMOLYZED"). What depends on the unit of the row is not decided here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from math import nan

from schemas.analytes import ANALYTES, Analyte
from transforms.numerals import TOKEN, Bound, Comma, read_numeral
from transforms.unit_measures import measure
from transforms.unit_texts import clean, fold
from transforms.units import resolve
from transforms.value_words import word_of


@dataclass(frozen=True)
class Reading:
    """A value text as read.

    number: the number, with a comma taken as a decimal point where it can be; None where the text says no value.
    thousands: the number with separators taken as those of thousands, None where they cannot be. power: the exponent of
    a power of ten printed behind a count (``58.000 x10^3``), 0 if none. unit: the unit the text itself names, as
    ``Analyte.units`` spells it, "" if none. factor: that unit's factor; NaN where the text names a power of ten that is
    no unit of the analyte; None where it names nothing. flag: flag of the text, "" if none.
    """

    number: float | None
    bound: Bound = Bound.EXACT
    comma: Comma = Comma.NONE
    thousands: float | None = None
    power: int = 0
    unit: str = ""
    factor: float | None = None
    flag: str = ""


REJECTED = Reading(None, flag="REJECT_TEXT")
NO_VALUE = Reading(None, flag="MISSING_VALUE")

_FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
_VARIANTS: dict[str, str] = {
    **dict.fromkeys("−‐‑‒–—﹣", "-"),
    **dict.fromkeys("·∙⋅", "."),  # middle dots
    **dict.fromkeys("’‘´`", "'"),  # 1’000, as Swiss spreadsheets group digits
    **dict.fromkeys("≤≦⩽", "<="),
    **dict.fromkeys("≥≧⩾", ">="),
    "×": "x",
    **dict.fromkeys("↑▲", " H "),
    **dict.fromkeys("↓▼", " L "),
    **dict.fromkeys("\u00a0\u2007\u2009\u202f\u3000", " "),
    **dict.fromkeys(_INVISIBLE, ""),
}
_TRANSLATION: dict[int, str] = {**_FULL_WIDTH, **str.maketrans(_VARIANTS)}
_OR_EQUAL = r"or (?:equal(?: to)?|=)"
# in Spanish, Portuguese, French, Italian, German, Dutch and Russian
_LESS = r"menor (?:que|de|a)|inferior a|inf[ée]rieure? [àa]|moins de|inferiore a|minore di|kleiner(?: als)?|unter|(?:kleiner|minder) dan|менее|меньше"
_MORE = (
    r"ma[iy]or (?:que|de|a)|superior a|sup[ée]rieure? [àa]|plus de|superiore a|maggiore di|gr(?:ö|oe)(?:ß|ss)er(?: als)?|über"
    r"|mehr als|(?:groter|meer) dan|более|больше"
)
_PREFIXES: tuple[tuple[str, Bound], ...] = (
    (
        rf"<\s*/?\s*=|=\s*<|<\s*or\s*=|(?:less|lower|fewer) than {_OR_EQUAL}|at most|no more than|up to",
        Bound.AT_MOST,
    ),
    (rf">\s*/?\s*=|=\s*>|>\s*or\s*=|(?:greater|more|higher) than {_OR_EQUAL}|at least", Bound.AT_LEAST),
    (r"<(?:\s*than)?|(?:less|lower|fewer) than|below|under|lt|" + _LESS, Bound.BELOW),
    (r">(?:\s*than)?|(?:greater|more|higher) than|above|over|exceeds|gt|" + _MORE, Bound.ABOVE),
)
_PREFIX = tuple(
    (re.compile(rf"^(?:{words})\s*:?\s*(?=[\d.,'-])", re.IGNORECASE), bound) for words, bound in _PREFIXES
)
_SUFFIX = (
    (re.compile(r"^or (?:less|lower|fewer|below)(?![a-z])", re.IGNORECASE), Bound.AT_MOST),
    (re.compile(r"^or (?:more|greater|higher|above)(?![a-z])", re.IGNORECASE), Bound.AT_LEAST),
)
_LEAD = re.compile(r"^(?:(?:test )?(?:result|value)\s*(?:is\s|[:=])|=(?![<>]))\s*", re.IGNORECASE)
# the flag of an abnormal or a normal value, behind it or, as some reports print it, before it
_FLAG = re.compile(
    r"^(?:\((?:[HLA*!]{1,2}|N)\)|\[(?:[HLA*!]{1,2}|N)\]|[HLA*!]{1,2}|N"
    r"|(?i:\(?(?:high|low|hi|lo|abnormal|abn|normal|wnl|critical|crit|panic)\)?))(?=$|[\s(\[,;])"
)
_FLAG_BEFORE = re.compile(r"^(?:\([HL*!]{1,2}\)|\[[HL*!]{1,2}\]|[HL]{1,2}(?=\s)|[*!]{1,2})\s*(?=[\d.<>])")
# as machines print a positive number; without decimals it may be a grade
_PLUS = re.compile(r"^\+\s*(?=\d*[.,]\d)")
_FORMULA = re.compile(r'^="([^"]*)"$')  # how a spreadsheet is told to leave a text alone
_NUMBER = r"-?(?:\d+(?:[.,]\d+)?|[.,]\d+)"
_RANGE = rf"(?:{_NUMBER}\s*(?:-|to)\s*{_NUMBER}|[<>]=?\s*{_NUMBER})"
_NORMAL = r"(?:(?:normal|n|ref(?:erence)?)\.?\s*)?(?:range|interval|limits?)?\s*[:=]?\s*"
_REFERENCE = re.compile(
    rf"^(?:[\[(]\s*{_NORMAL}{_RANGE}[^\d\])]{{0,20}}[\])]|(?:ref(?:erence)?|normal)\.?\s*(?:range|interval)?\s*[:=]?\s*{_RANGE}"
    rf"|{_NUMBER}\s*-\s*{_NUMBER})(?=$|[\s,;])",
    re.IGNORECASE,
)
_REMARK = re.compile(
    r"^[-(,;]?\s*(?:result\s*)?(?:verified|confirmed|re-?checked|checked|repeated|critical (?:value|result)|called|phoned|final)"
    r"(?:\s*(?:by|on|and|&)\s*(?:repeat(?: analysis| testing| measurement)?|repeated|verified|confirmed|called|rechecked))*\s*\)?[.;,]?(?=$|\s)",
    re.IGNORECASE,
)
_POWER = re.compile(
    r"^[x*]\s*10\s*(?:[\^*eE]\s*|\(|\[)*(?P<power>[0-9]{1,2}|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})[)\]]?(?![0-9])", re.IGNORECASE
)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_QUOTES = "'\"’‘`“”"
_MOST_TRAILERS = 6  # flag, unit, range, remark … more than a handful is prose


def read_value(analyte_id: str, text: str | None) -> Reading:
    """A value text read for an analyte; never raises on a text. Raises KeyError for an analyte that does not exist."""
    analyte = ANALYTES[analyte_id]
    found = (
        "" if text is None else text.translate(_TRANSLATION).replace("&lt;", "<").replace("&gt;", ">").strip()
    )
    if text is None or not found:
        return NO_VALUE
    found = _FORMULA.sub(r"\1", found).strip(_QUOTES).strip()
    if not found:
        return REJECTED
    word = word_of(analyte, " ".join(found.lower().split()).strip(" .;,"))
    if word is not None:
        return Reading(word.number, word.bound, flag=word.flag)
    if analyte.kind == "specimen":
        return REJECTED
    reading = _quantity(analyte, found)
    if analyte.kind == "presence" and (reading.bound is not Bound.EXACT or reading.number not in {0.0, 1.0}):
        return REJECTED
    return reading


def _quantity(analyte: Analyte, text: str) -> Reading:
    """A number with a bound before it and trailers behind it. What is neither is rejected: ``normal``, ``1+``."""
    found, bound = _bound(_PLUS.sub("", _FLAG_BEFORE.sub("", _LEAD.sub("", text))))
    token = TOKEN.match(found)
    numeral = read_numeral(token["numeral"]) if token else None
    rest = found[token.end() :] if token else ""
    # the end of a sentence, or a comma before a remark; one with nothing behind it has lost its decimals
    if token and numeral is None and (token["numeral"].endswith(".") or rest.strip()):
        numeral = read_numeral(token["numeral"].rstrip(".,"))
    if numeral is None:
        return REJECTED
    reading = Reading(numeral.number, bound, numeral.comma, numeral.thousands)
    for _ in range(_MOST_TRAILERS):
        rest = rest.strip()
        if not rest:
            return reading
        taken = _trailer(analyte, reading, rest)
        if taken is None:
            return REJECTED
        reading, rest = taken
    return REJECTED


def _bound(text: str) -> tuple[str, Bound]:
    for pattern, bound in _PREFIX:
        match = pattern.match(text)
        if match:
            return text[match.end() :].lstrip(" '"), bound
    return text, Bound.EXACT


def _trailer(analyte: Analyte, reading: Reading, rest: str) -> tuple[Reading, str] | None:
    """The reading with what the next thing behind the number says, and what follows; None if it says we know not what."""
    for pattern, bound in _SUFFIX:
        match = pattern.match(rest)
        if match and reading.bound is Bound.EXACT:
            return replace(reading, bound=bound), rest[match.end() :]
    for pattern in (_REFERENCE, _FLAG, _REMARK):
        match = pattern.match(rest)
        if match:
            return reading, rest[match.end() :].lstrip(" ,;")
    if reading.factor is not None:  # a unit has been named already
        return None
    match = _POWER.match(rest)
    if match and reading.power == 0:
        return _power(analyte, reading, int(match["power"].translate(_SUPERSCRIPTS)), rest[match.end() :])
    unit, behind = _unit(analyte, rest)
    if not unit:
        return None
    return replace(reading, unit=unit, factor=float(analyte.units[unit])), behind


def _power(analyte: Analyte, reading: Reading, power: int, rest: str) -> tuple[Reading, str] | None:
    """A power of ten: of a count it belongs to the unit, of anything else it is how the number is written."""
    if not _counts_cells(analyte.id):
        if reading.number is None or reading.comma not in {Comma.NONE, Comma.POINT, Comma.DECIMAL}:
            return None
        return replace(reading, number=reading.number * 10.0**power), rest
    volume = re.match(r"\s*(?:(?:[a-z]+\s*)?/\s*[^\s\d]+(?:\s?mm3?)?)?", rest, re.IGNORECASE)
    by = volume[0].strip() if volume else ""
    behind = rest[len(volume[0]) :] if volume else rest
    named = resolve(analyte.id, f"10*{power}{by}")
    # "58.000 x10^3" beside /uL are 58,000 cells, but "x10^9/L" there contradicts (RULES.md 1.1 rule 3)
    single = not by or measure(fold(clean(by))) == measure("/ul")
    return (
        replace(
            reading,
            power=power if single else 0,
            unit="" if named is None else named.unit,
            factor=nan if named is None else float(named.factor),
        ),
        behind,
    )


@cache
def _counts_cells(analyte_id: str) -> bool:
    return "/uL" in ANALYTES[analyte_id].units


def _unit(analyte: Analyte, rest: str) -> tuple[str, str]:
    """The longest beginning of a text that names a unit of the analyte, and what is behind it."""
    ends = [len(rest), *sorted((m.start() for m in re.finditer(r"[\s(\[,;]", rest)), reverse=True)]
    for end in ends:
        part = rest[:end]
        if re.search(r"[a-zµμ%‰/]", part, re.IGNORECASE):
            reading = resolve(analyte.id, part)
            if reading is not None:
                return reading.unit, rest[end:]
    return "", rest
