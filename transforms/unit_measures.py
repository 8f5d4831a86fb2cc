"""What a folded unit text measures, and how large it is: mass, amount, cells or activity by volume, a share, a volume.

Two texts of the same kind and size are the same unit, however it is spelled: ``ng/mL`` and ``ug/L``, ``mg/100 mL`` and
``mg/dL``, ``thou/cumm`` and ``10*9/L``. Sizes are exact fractions, so nothing is the same by rounding.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Measure:
    """kind: what is measured. size: of one such unit, in grams, moles, cells or units, by liter where it is by volume."""

    kind: str
    size: Fraction


_PREFIXES = {prefix: Fraction(1, 1000**power) for power, prefix in enumerate(("", "m", "u", "n", "p", "f"))}
_VOLUMES = {
    **{f"{prefix}l": size for prefix, size in _PREFIXES.items()},
    "dl": Fraction(1, 10),
    "cl": Fraction(1, 100),
}
_AMOUNTS = {"g": "mass", "mol": "amount", "iu": "activity", "u": "activity", "kat": "catalysis"}
_AMOUNT = re.compile(rf"([munpf]?)({'|'.join(_AMOUNTS)})\(?(?:hb|hgb)?\)?")
_MULTIPLIERS: dict[str, int] = {
    **dict.fromkeys(
        (
            "k kilo th ths tho thou thous thousand thousands thnd thsnd thsd thds tsd tausend tys miles mille milles"
            " milhares migl migliaia duizend tusen tuhat bin"
        ).split(),
        3,
    ),
    **dict.fromkeys("lakh lakhs lac lacs".split(), 5),
    **dict.fromkeys(
        (
            "m mil mill milln milion million millions millon millones mln mio mega milioni milhoes milj miljoen miljon"
            " miljoona milyon miljoner"
        ).split(),
        6,
    ),
    **dict.fromkeys(
        "giga gi gpt gpart bil bill billion billions mrd mld mia milliarde milliarden milliards miljard miliardi mlrd".split(),
        9,
    ),
    **dict.fromkeys("t tera ti tpt tpart tril trill trillion trillions".split(), 12),
}
# The volume goes without saying only where one is in use: thousands and millions of cells in a microliter, more in a liter.
_IMPLIED = {3: "ul", 5: "ul", 6: "ul", 9: "l", 12: "l"}
_LETTERS = {"m", "t"}  # alone they may be many things
_COUNTED = (
    r"(?:cellules?|cells?|cel(?:s|ul[ae]s?)?|zellen|kl|(?:red|white)bloodcells?|lymphs?|abs|[wr]bc'?s?|nrbcs?|plts?|platelets?|leu(?:[ck]o?)?(?:[cz]yte?[ns]?|citos)?s?|ery(?:thro(?:[cz]yte?[ns]?)?)?s?|redcells?|thrombo(?:cyte)?s?|retics?"
    r"|neutrophils?|lymphocytes?|monocytes?|granulocytes?|blasts?|counts?|particles?|number|no|#)"
)
_OF = r"(?:blood|wholeblood|serum|plasma|hb|hgb|[rw]bcs?|plts?|cells?)"
_COUNT = re.compile(
    rf"(?:1|x)?\(?{_COUNTED}?\)?x?(10\*(?P<power>\d{{1,2}})|(?P<word>[a-z]+?))?\)?x?\(?(?:of)?{_COUNTED}?\)?"
)
_SHARE = re.compile(
    rf"%(?:of|d(?:er)?(?=[a-z]))?(?:all|total|tot)?(?:{_COUNTED}|sat|saturated|saturation|erythroblasts?|hb|hgb|h(?:a?)emoglobin)?"
)
_SHARES = {
    "l/l": Fraction(1),
    "ml/dl": Fraction(1, 100),
    "10*-2": Fraction(1, 100),
    "10*-3": Fraction(1, 1000),
}
_PER_CELL = re.compile(rf"(.+?)/(?:{_COUNTED}|erythrocyte)")
_CUBIC_MICRONS = re.compile(
    r"u(?:m|)e?\*{0,2}3|mu/?\*?3|cmu|10(?:\*|e)?-15\.?l|umcubed|(?:cu|cubic|cub|c)-?(?:um|u|mic|microns?|micromet(?:er|re)s?)|microns?\*?3"
)


def measure(folded: str) -> Measure | None:
    """What a text from ``transforms.unit_texts.fold`` measures; None where it is none of the kinds known here."""
    if _SHARE.fullmatch(folded):
        return Measure("share", Fraction(1, 100))
    if folded in _SHARES:
        return Measure("share", _SHARES[folded])
    whole = _PER_CELL.fullmatch(folded)
    numerator, *by = (whole[1] if whole else folded).split("/")
    if not by:
        return _alone(numerator)
    volume = _volume([part for part in by if not re.fullmatch(_COUNTED, part)])
    if volume is None:
        return None
    amount = _AMOUNT.fullmatch(numerator)
    if amount:
        return Measure(f"{_AMOUNTS[amount[2]]} by volume", _PREFIXES[amount[1]] / volume)
    power = _cells(numerator)
    if power is None:
        return None
    # 10*3/mL is no way to count single cells, though as large: who writes it means 10*3/uL, or cannot be trusted
    single = power == 0 and volume == _VOLUMES["ul"]
    return Measure("single cells by volume" if single else "cells by volume", 10**power / volume)


def _alone(text: str) -> Measure | None:
    """A text without a denominator: the volume or the content of a cell, or a count whose volume goes without saying."""
    if _CUBIC_MICRONS.fullmatch(text):
        return Measure("volume", _VOLUMES["fl"])
    if text in _VOLUMES:
        return Measure("volume", _VOLUMES[text])
    if text in {"uug", "microug", "micro-ug", "mmcg", "uugm"}:  # micromicrograms
        return Measure("mass", _PREFIXES["p"])
    amount = _AMOUNT.fullmatch(text)
    if amount:
        return Measure(_AMOUNTS[amount[2]], _PREFIXES[amount[1]])
    power = None if text in _LETTERS else _cells(text)
    if power is None or power not in _IMPLIED:
        return None
    return Measure("cells by volume", 10**power / _VOLUMES[_IMPLIED[power]])


def _volume(parts: list[str]) -> Fraction | None:
    if len(parts) != 1:
        return None
    match = re.fullmatch(rf"\(?([a-z]+?)\)?\(?(?:of)?{_OF}?\)?", parts[0])
    return None if match is None else _VOLUMES.get(match[1])


def _cells(text: str) -> int | None:
    """Power of ten of a number of cells, 0 for single ones: ``10*3cells``, ``kcells``, ``cells``, ````; None if none."""
    match = _COUNT.fullmatch("" if text == "n" else text)
    if match is None:
        return None
    if match["power"]:
        return int(match["power"])
    return 0 if not match["word"] else _MULTIPLIERS.get(match["word"])
