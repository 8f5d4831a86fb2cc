"""Unit texts brought to one way of writing: first the characters (``clean``), then the words (``fold``).

Nothing here knows an analyte, and nothing is decided: ``G/L`` keeps its case until ``transforms.units`` knows
which analyte it belongs to.
"""

from __future__ import annotations

import html
import re
import unicodedata

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_TRANSLATION = str.maketrans(
    {
        "µ": "u",  # U+00B5 micro sign
        "μ": "u",  # U+03BC Greek mu
        "×": "x",
        "∗": "*",
        **dict.fromkeys("✕✖⨯", "x"),
        **dict.fromkeys("·•∙⋅・^ˆ˄", "*"),
        "⁄": "/",
        "∕": "/",
        "\\": "/",
        "−": "-",
        "–": "-",
        "‰": "permille",
        **dict.fromkeys("’´`", "'"),
        "÷": "/",
        "_": "",  # mL/min/1.73_m2, int_unit/L
    }
)
# Russian letter by letter, тыс and млн and мкл included; МЕ and ед are its units of activity
_RUSSIAN = str.maketrans(
    "АВГДЕИКЛМНОПРСТФХЧЫавгдеиклмнопрстфхчы", "AVGDEIKLMNOPRSTFXHYavgdeiklmnoprstfxhy", "ьЬ"
)
_RUSSIAN_ACTIVITY = (("МЕ", "IU"), ("Ед", "U"), ("ед", "U"))
# Chinese, Japanese and Korean count in powers of ten thousand; a million is a hundred of them
_EAST_ASIAN = (
    *((word, "10^6") for word in ("百万", "百萬", "백만")),
    *((word, "10^4") for word in ("万", "萬", "만")),
    *((word, "10^3") for word in ("千", "천")),
    *((word, "cells") for word in ("個", "个", "개")),
    *((word, "micro") for word in ("マイクロ", "微")),
    *((word, "L") for word in ("リットル", "公升", "升")),
)
# Einheit; an E in lower case, or behind an M, may be anything
_GERMAN_ACTIVITY = re.compile(r"^([mu]?)E(?=/)")
_TYPESET = (
    # HTML, LaTeX, the escape of HL7 v2 for a caret
    (re.compile(r"<su[bp]>|\\\^|\\S\\|~u~", re.IGNORECASE), "^"),
    (re.compile(r"</su[bp]>|\$", re.IGNORECASE), ""),
    (re.compile(r"\^\{(\d{1,2})\}|(?<=10)\{(\d{1,2})\}"), r"^\1\2"),
)
_MOJIBAKE = re.compile("[ÂÃâÎÐÑ][\u0080-\u00bf\u2010-\u203a\u20ac]")
# What a character set could not hold was printed as a question mark: of all prefixes that is the micro alone. -¦ are
# its two bytes in the characters of DOS, brought to plain ones.
_LOST_MICRO = re.compile("(?:(?<=^)|(?<=/))(?:[?¿\ufffd]|-¦)(?=g[/%]|l$|mol/|kat/|iu/|u/)", re.IGNORECASE)
_INVISIBLE = {"Cc", "Cf", "Mn"}  # zero-width spaces and joiners, byte order marks, directions; accents
_SUPERSCRIPT_POWER = re.compile("10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_ANNOTATION = re.compile(r"\{([^}]*)\}")
# mk is what Cyrillic letters for micro become; mc before m3 is the micron of a cell's volume
_MC = re.compile(r"(?<![a-z])(?:mc|mk|mic)(?=g|mol|l|iu|int|u(?!mm)|kat|m\*{0,2}3)", re.IGNORECASE)
# how it was measured, printed behind the unit
_METHOD = re.compile(
    r"(?<=[a-z%3])(?:[(*]?(?:calc(?:ulated)?|auto(?:mated)?|manual|e?clia|cmia|westergren|wintrobe|edta)[)*]?|\(hs\))$",
    re.IGNORECASE,
)
_ABBREVIATION = re.compile(r"(?<=[A-Za-z%])\.(?![A-Za-z]?-1)|(?<![0-9])\.(?=[A-Za-z])")
_MARKED = re.compile(r"(?<=[A-Za-z%])\*+$")  # a star that points to a remark
_LIKE_AN_L = re.compile(r"(?<=/)([dmu]?)I$|(?<=/)([dmu])1$")
_POWER_LAST = re.compile(r"^((?:cells?|#)?/[a-z]+\*?3?)\(?x(10[^/()]*|1,000)\)?$", re.IGNORECASE)  # /uL x10^3
_NUMBER_OF = re.compile(r"^(?:n|1(?:\.0+)?)[x*](?=1)", re.IGNORECASE)
# g.L-1 and g L-1, read before the blank is lost: mgm L-1 is no mg by milliliter
_BEFORE_POWER = re.compile(r"(?<=[A-Za-z])[\s.*]+(?=(?:[dcmunp]?l|mm\*?3)\*?\(?-1\)?$)", re.IGNORECASE)
# g.L-1, and g/L-1 of those who write both
_PER_BY_POWER = re.compile(
    r"(?:^|/|[.*]?(?<=[A-Za-z0-9.*)\]]))(?:([dcmunp]?l|mm\*?3)\*?\(?-1\)?|(mm)\*?-3)$", re.IGNORECASE
)
# 10^9, 10**9, 10E9, 10E+9, 10.e9, 10e*9, 10(9), 10[9], 10exp9, 10x9, 10'9, 10''9, (10)9, 10hoch9, 10S9 (\S\ without its marks)
_POWER = re.compile(
    r"[x*]?(?:10(?:\*{1,2}\(?|exp|pow|hoch|tothe(?:power(?:of)?)?|\.?e\*?|\(|\[|x(?!10)|'{1,2}|s(?=[3-9]))|\(10\))\+?0?(1[0-2]|[1-9])[)\]]?(?![0-9])",
    re.IGNORECASE,
)
_ONE_TO_THE_POWER = re.compile(r"^[x*]?(?:1(?:\.0+)?)?e\+?0?(3|6|9|12)(?![0-9])", re.IGNORECASE)
# 10⁹/L pasted as 109/L, or with a hyphen or the like for what was raised: nobody counts in thousandths of a cell
_LOST_SUPERSCRIPT = re.compile(r"^[x*]?10[-.,+~\"°]?(3|6|9|12)(?=/|per|cells|$)", re.IGNORECASE)
# 10x3cumm, THOUCMM, 10^3uL: a power of ten, or a word for one, right before the volume that it is counted by
_LOST_STROKE = re.compile(
    r"^(10\*\d{1,2}|th|thous?|thousand|mill?(?:ion)?)((?:c|cu)-?mm)$|^(10\*\d{1,2})([mun]?l)$|^([munp]g|gm?)([dm]l)$"
    r"|^([km])((?:c|cu)-?mm)$|^(k)(ul)$",
    re.IGNORECASE,
)
_IN_FULL = (
    (re.compile(r"^\(?[x*]?1[,.]?000[,.]?000(?![0-9])\)?", re.IGNORECASE), "10*6"),
    (re.compile(r"^[x*]?(?:100[,.]?000|1,00,000)(?![0-9])", re.IGNORECASE), "10*5"),
    (re.compile(r"^\(?[x*]?1[,.]?000(?![0-9])\)?", re.IGNORECASE), "10*3"),
)


def clean(text: str) -> str:
    """The unit text without spaces and typographic variants, its case kept (RULES.md 1.1 rule 4)."""
    found = html.unescape(_as_sent(text))
    for pattern, meant in _TYPESET:
        found = pattern.sub(meant, found)
    for word, meant in (*_RUSSIAN_ACTIVITY, *_EAST_ASIAN):
        found = found.replace(word, meant)
    found = _SUPERSCRIPT_POWER.sub(lambda match: "10*" + match[1].translate(_SUPERSCRIPTS), found)
    # compatibility forms: full width, the square ㎗ and ㎍, mm³, no-break spaces; accents by themselves
    found = unicodedata.normalize("NFKD", found).translate(_TRANSLATION).translate(_RUSSIAN)
    found = _BEFORE_POWER.sub("/", found.strip())
    found = "".join(c for c in found if not c.isspace() and unicodedata.category(c) not in _INVISIBLE)
    found = _without_brackets(_without_annotations(found).strip("\"'`;:,"))
    found = re.sub(r"\[(?:iu|u)\]", "IU", found, flags=re.IGNORECASE).replace("[ppth]", "permille")
    found = _METHOD.sub("", _MARKED.sub("", _ABBREVIATION.sub("", found)))
    found = _NUMBER_OF.sub("", re.sub(r"^#(?=x?1)", "", found))  # #x1000/uL
    found = _PER_BY_POWER.sub(lambda match: "/" + (match[1] or "mm3"), found)
    found = _GERMAN_ACTIVITY.sub(r"\1U", _MC.sub("u", _LOST_MICRO.sub("u", found)))
    found = _POWER_LAST.sub(r"\2\1", _LIKE_AN_L.sub(r"\1\2l", found))
    for pattern, power in _IN_FULL:
        found = pattern.sub(power, found)
    for pattern in (_POWER, _ONE_TO_THE_POWER, _LOST_SUPERSCRIPT):
        found = pattern.sub(r"10*\1", found)
    found = _LOST_STROKE.sub(lambda match: "/".join(part for part in match.groups() if part), found)
    return found.rstrip(".") or found


def _as_sent(text: str) -> str:
    """A text whose UTF-8 was read as Latin-1 or Windows-1252, read again; any other as it is."""
    if _MOJIBAKE.search(text) is None:
        return text
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return re.sub("Â(?=[\u0080-\u00bf])", "", text).replace("Î¼", "u")


def _without_annotations(text: str) -> str:
    """UCUM annotations say what is counted, not in what: ``10*9{cells}/L``. Alone, one is a dimensionless unit.

    Of ``{10*3}/uL`` nothing is taken off: read as it is written it counts single cells, and nobody meant that.
    """
    bare = _ANNOTATION.sub("", text)
    bare = bare.strip(".").replace("./", "/")
    if bare in {"", "/"}:
        return _ANNOTATION.sub(r"\1", text)
    if re.search(r"\{x?10", text):
        return text
    if re.fullmatch(r"/100|/min/", bare) or "1.73" in text:
        return _ANNOTATION.sub(r"\1", text)
    return bare.removesuffix("/")  # pg/{cell}


def _without_brackets(text: str) -> str:
    """``(g/dL)`` and ``[g/dL]`` are the unit; ``[IU]/L`` and ``(cells)/L`` are not in brackets as a whole."""
    match = re.fullmatch(r"\(([^()]+)\)|\[([^\[\]]+/[^\[\]]+|%|fl|pg)\]", text, re.IGNORECASE)
    return text if match is None else match[1] or match[2]


_PREFIXES = {
    "milli": "m",
    "micro": "u",
    "mikro": "u",
    "nano": "n",
    "pico": "p",
    "femto": "f",
    "deci": "d",
    "centi": "c",
}
_PREFIX = re.compile(rf"({'|'.join(_PREFIXES)})-?(?=g|mol|l|iu|in|u|kat|mm)")
_CUBIC_MM = r"(?:c|cu|cub|cubic)-?mm|mm\*{0,2}-?3|mmc|mmcu|mmcubed|(?:cubic|cu)mil?limet(?:er|re)s?"
_WORDS = (
    (re.compile(r"mill'n"), "million"),
    # thousands; a trillion cells fill more than a cubic millimeter
    (re.compile(r"^t/(?=(?:c|cu)mm$|mm\*?3$)"), "th/"),
    (re.compile(r"percent(?:age)?|pro[zsc]ent|por(?:centaje|ciento)|pct"), "%"),
    (re.compile(r"milli?met(?:er|re)s?(?=/|per)"), "mm"),
    (_PREFIX, lambda match: _PREFIXES[match[1]]),
    (re.compile(r"lit(?:(?:er|re|ro)(?:\(s\)|s)?)?|ltrs?(?![a-z])|(?<=/)lts?$|(?<=[munpfd])ls$"), "l"),
    (re.compile(r"(?<=/)dcl$"), "dl"),
    (re.compile(r"(?<=/)dm\*?3$"), "l"),
    (re.compile(r"(?<![a-z])pcg"), "pg"),
    (re.compile(r"^per(?!mil)|^pro(?=1000?(?!\d)|ul$)|(?<=[a-z0-9)#%])per(?!mil)(?=[a-z0-9])"), "/"),
    # Tsd. pro µl, miles por mm3
    (re.compile(rf"(?<=[a-z0-9)#%])(?:pro|por)(?=(?:[dmun]?l|100ml|{_CUBIC_MM})$)"), "/"),
    (re.compile(r"gram(?:me?)?s?|grms?(?![a-z])|gms?(?![a-z])|grs?(?![a-z])|(?<=[munp])gs(?![a-z])"), "g"),
    (re.compile(r"moles?(?![a-z])|mols(?![a-z])"), "mol"),
    # IE is German, UI French, Spanish and Italian; lU is an IU in a font whose l looks like I
    (re.compile(r"int(?:ernationa)?'?l?units?|i\.?e\.?(?=/)|ui(?=/)|(?:^|(?<=[mu]))lu(?=/)"), "iu"),
    (re.compile(r"units?(?=/|$)"), "u"),
    (re.compile(r"katals?"), "kat"),
    (re.compile(r"(?<=/)hundred"), "100"),
    (re.compile(rf"/(?:{_CUBIC_MM})(?=$|(?:of)?(?:whole)?blood$)"), "/ul"),
    (re.compile(r"/(?:100-?(?:ml|cc)|0?\.1l)"), "/dl"),
    # not behind a count: who counts cells by "ccm" means a cubic millimeter or a centimeter, and nothing tells which
    (re.compile(r"(?<![a-z])([munp]?(?:g|mol|iu|u))/(?:cc|ccm|cm\*?3)$"), r"\1/ml"),
    (re.compile(r"^([munp]?g|ml)%$"), r"\1/dl"),
)


def fold(cleaned: str) -> str:
    """Lower case, and one short form for the words that laboratories write out: gram, deciliter, micro, per, cubic mm."""
    found = cleaned.lower()
    for pattern, short in _WORDS:
        found = pattern.sub(short, found)
    return found
