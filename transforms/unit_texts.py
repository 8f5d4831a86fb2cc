"""Unit texts brought to one way of writing: first the characters (``clean``), then the words (``fold``).

Nothing here knows an analyte, and nothing is decided: ``G/L`` keeps its case until ``transforms.units`` has asked for
what it stands beside.
"""

from __future__ import annotations

import re
import unicodedata

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_TRANSLATION = str.maketrans(
    {
        "µ": "u",  # U+00B5 micro sign
        "μ": "u",  # U+03BC Greek mu
        "×": "x",
        "∗": "*",
        "·": "*",
        "^": "*",
        "⁄": "/",
        "∕": "/",
        "\\": "/",
        "−": "-",
        "–": "-",
        "‰": "permille",
        "’": "'",
    }
)
# UTF-8 read as Latin-1, HTML, and the escapes of HL7 v2
_BROKEN = (
    *(("Âµ", "u"), ("Î¼", "u"), ("&micro;", "u"), ("&#181;", "u"), ("&mu;", "u")),
    *(("\\S\\", "^"), ("~u~", "^"), ("~U~", "^")),
)
_INVISIBLE = {"Cc", "Cf"}  # zero-width spaces and joiners, byte order marks, directions
_SUPERSCRIPT_POWER = re.compile("10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_ANNOTATION = re.compile(r"\{([^}]*)\}")
# mk is what Cyrillic letters for micro become; mc before m3 is the micron of a cell's volume
_MC = re.compile(r"(?<![a-z])(?:mc|mk|mic)(?=g|mol|l|iu|u|kat|m\*{0,2}3)", re.IGNORECASE)
# how it was measured, printed behind the unit
_METHOD = re.compile(r"(?<=[a-z%3])\(?(?:calc(?:ulated)?|auto(?:mated)?)\)?$", re.IGNORECASE)
_ABBREVIATION = re.compile(r"(?<=[A-Za-z%])\.(?![A-Za-z]?-1)|(?<![0-9])\.(?=[A-Za-z])")
_PER_BY_POWER = re.compile(r"[.*]?(?<=[A-Za-z0-9.*)\]])((?:[dcmunp]?l|mm\*?3))\*?\(?-1\)?$", re.IGNORECASE)
# 10^9, 10**9, 10E9, 10E+9, 10.e9, 10e*9, 10(9), 10[9], 10exp9, 10x9, 10'9, (10)9, 10S9 (\S\ without its marks)
_POWER = re.compile(
    r"[x*]?(?:10(?:\*{1,2}\(?|exp|\.?e\*?|\(|\[|x(?!10)|'|s(?=[3-9]))|\(10\))\+?0?(1[0-2]|[1-9])[)\]]?(?![0-9])",
    re.IGNORECASE,
)
_ONE_TO_THE_POWER = re.compile(r"^[x*]?(?:1(?:\.0)?)?e\+?0?(3|6|9|12)(?![0-9])", re.IGNORECASE)
# 10⁹/L pasted as 109/L, or with a hyphen or a point for what was raised: nobody counts in thousandths of a cell
_LOST_SUPERSCRIPT = re.compile(r"^[x*]?10[-.]?(3|6|9|12)(?=/|per|cells|$)", re.IGNORECASE)
# 10x3cumm, THOUCMM, 10^3uL: a power of ten, or a word for one, right before the volume that it is counted by
_LOST_STROKE = re.compile(
    r"^(10\*\d{1,2}|th|thous?|thousand|mill?(?:ion)?)((?:c|cu)-?mm)$|^(10\*\d{1,2})([mun]?l)$|^([munp]g|gm?)([dm]l)$",
    re.IGNORECASE,
)
_IN_FULL = (
    (re.compile(r"^[x*]?1[,.]?000[,.]?000(?![0-9])", re.IGNORECASE), "10*6"),
    (re.compile(r"^[x*]?100[,.]?000(?![0-9])", re.IGNORECASE), "10*5"),
    (re.compile(r"^[x*]?1[,.]?000(?![0-9])", re.IGNORECASE), "10*3"),
)


def clean(text: str) -> str:
    """The unit text without spaces and typographic variants, its case kept (RULES.md 1.1 rule 4)."""
    found = text
    for broken, meant in _BROKEN:
        found = found.replace(broken, meant)
    found = _SUPERSCRIPT_POWER.sub(lambda match: "10*" + match[1].translate(_SUPERSCRIPTS), found)
    # compatibility forms: full width, the square ㎗ and ㎍, mm³, no-break spaces
    found = unicodedata.normalize("NFKC", found).translate(_TRANSLATION)
    found = "".join(c for c in found if not c.isspace() and unicodedata.category(c) not in _INVISIBLE)
    found = _without_brackets(_without_annotations(found).strip("\"'`;:,"))
    found = re.sub(r"\[(?:iu|u)\]", "IU", found, flags=re.IGNORECASE).replace("[ppth]", "permille")
    found = _METHOD.sub("", _ABBREVIATION.sub("", found))
    found = re.sub(r"^#(?=x?1)", "", found)  # #x1000/uL
    found = _PER_BY_POWER.sub(r"/\1", found)
    found = _MC.sub("u", found)
    for pattern, power in _IN_FULL:
        found = pattern.sub(power, found)
    for pattern in (_POWER, _ONE_TO_THE_POWER, _LOST_SUPERSCRIPT):
        found = pattern.sub(r"10*\1", found)
    found = _LOST_STROKE.sub(lambda match: "/".join(part for part in match.groups() if part), found)
    return found.rstrip(".") or found


def _without_annotations(text: str) -> str:
    """UCUM annotations say what is counted, not in what: ``10*9{cells}/L``. Alone, one is a dimensionless unit."""
    bare = _ANNOTATION.sub("", text)
    if bare in {"", "/"}:
        return _ANNOTATION.sub(r"\1", text)
    if re.fullmatch(r"/100|/min/", bare) or "1.73" in text:
        return _ANNOTATION.sub(r"\1", text)
    return bare.removesuffix("/")  # pg/{cell}


def _without_brackets(text: str) -> str:
    """``(g/dL)`` and ``[g/dL]`` are the unit; ``[IU]/L`` and ``(cells)/L`` are not in brackets as a whole."""
    match = re.fullmatch(r"\(([^()]+)\)|\[([^\[\]]+/[^\[\]]+)\]", text)
    return text if match is None else match[1] or match[2]


_PREFIXES = {"milli": "m", "micro": "u", "nano": "n", "pico": "p", "femto": "f", "deci": "d", "centi": "c"}
_PREFIX = re.compile(rf"({'|'.join(_PREFIXES)})-?(?=g|mol|l|iu|in|u|kat|mm)")
_CUBIC_MM = r"(?:c|cu|cub|cubic)-?mm|mm\*{0,2}-?3|mmc|mmcu|mmcubed|(?:cubic|cu)mil?limet(?:er|re)s?"
_WORDS = (
    (re.compile(r"mill'n"), "million"),
    (
        re.compile(r"^t/(?=(?:c|cu)mm$)"),
        "th/",
    ),  # thousands; a trillion cells fill more than a cubic millimeter
    (re.compile(r"percent(?:age)?|prozent|pct"), "%"),
    (_PREFIX, lambda match: _PREFIXES[match[1]]),
    (re.compile(r"lit(?:(?:er|re)(?:\(s\)|s)?)?|ltrs?(?![a-z])|(?<=[munpfd])ls$"), "l"),
    (re.compile(r"gram(?:me)?s?|gms?(?![a-z])|grs?(?![a-z])|(?<=[munp])gs(?![a-z])"), "g"),
    (re.compile(r"moles?(?![a-z])|mols(?![a-z])"), "mol"),
    # IE is German, UI French, Spanish and Italian; lU is an IU in a font whose l looks like I
    (re.compile(r"int(?:ernationa)?l?units?|i\.?e\.?(?=/)|ui(?=/)|(?<=[mu])lu(?=/)"), "iu"),
    (re.compile(r"units?(?=/|$)"), "u"),
    (re.compile(r"katals?"), "kat"),
    (re.compile(r"^per(?!m)|(?<=[a-z0-9)#])per(?!m)(?=[a-z0-9])"), "/"),
    (re.compile(rf"/(?:{_CUBIC_MM})$"), "/ul"),
    (re.compile(r"/(?:100-?(?:ml|cc)|0?\.1l)"), "/dl"),
    (re.compile(r"/(?:cc|ccm|cm\*?3)$"), "/ml"),
    (re.compile(r"^([munp]?g)%$"), r"\1/dl"),
)


def fold(cleaned: str) -> str:
    """Lower case, and one short form for the words that laboratories write out: gram, deciliter, micro, per, cubic mm."""
    found = cleaned.lower()
    for pattern, short in _WORDS:
        found = pattern.sub(short, found)
    return found
