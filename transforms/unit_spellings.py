"""Other spellings of the units, after cleaning (``transforms.units.clean``).

``CASED`` holds the spellings whose case is their meaning, ``SPELLINGS`` the lower-cased others; both give the units
a spelling can stand for, and the analyte decides which of them it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

EMPTY_UNITS = frozenset(
    {"", "n/a", "na", "none", "null", "nan", "-", "--", ".", "unit", "units", "no unit", "unknown"}
)
"""Texts that say that no unit was given, lower case."""

# For a red cell count G/L is the slip RBC_UNIT_SLIP, which is why its own entry comes first.
_GIGA = ("G/L", "10*9/L")
CASED: Mapping[str, tuple[str, ...]] = {
    "G/L": _GIGA,
    "G/l": _GIGA,
    "T/L": ("10*12/L",),
    "T/l": ("10*12/L",),
}

_BY_UNIT: Mapping[str, Iterable[str]] = {
    "10*3/uL": (
        "k/ul th/ul thou/ul thous/ul thousand/ul thousands/ul tsd/ul 10*3cells/ul 10*3/cells/ul kcells/ul"
    ).split(),
    "10*9/L": "10*9cells/l bil/l billion/l billions/l giga/l mrd/l".split(),
    "10*6/uL": ("m/ul mil/ul mill/ul million/ul millions/ul mln/ul mio/ul 10*6cells/ul").split(),
    "10*12/L": "tpt/l /pl 10*12cells/l tera/l trillion/l".split(),
    "/uL": "/ul cells/ul cell/ul #/ul 1/ul count/ul".split(),
    "lakh/uL": "lakh/ul lakhs/ul lac/ul lacs/ul".split(),
    "%": "percent pct percentage percent% 10*-2".split(),
    "fraction": "frac ratio proportion 1 decimal fract fractionof1".split(),
    "L/L": "l/l ratio 1".split(),
    "vol%": "%vol volpercent %v/v v/v%".split(),
    "fL": "fl femtoliter femtol cu.um cuum cubicum um*3 fl/cell".split(),
    "um3": "um*3 cubicum cu.um cuum".split(),
    "pg": "pg/cell picogram picograms picog uug".split(),
    "fmol": "fmol/cell femtomol fmole".split(),
    "g/L": "g/l".split(),
    "g/dL": "g/dl g%".split(),
    "mmol/L": "mmol/l mmole/l mmol(fe)/l mmol/l(fe) mmolfe/l".split(),
    "mmol/L tetramer": "mmol/ltetramer mmol/l(tetramer) mmol(tetramer)/l mmol/lhb4 mmol(hb4)/l".split(),
    "permille": "permill promille o/oo 10*-3 per1000 /1000 permil".split(),
    "U/L": "u/l iu/l unit/l units/l".split(),
    "IU/L": "u/l iu/l unit/l units/l".split(),
    "mIU/mL": "miu/ml mu/ml".split(),
    "mIU/L": "miu/l mu/l".split(),
    "uIU/mL": "uiu/ml uu/ml".split(),
    "mm/h": "mm/hr mm/hour mm/1h mm/1hr mm/1sth mm/sth".split(),
    "ukat/L": "ucat/l".split(),
    "/100 WBC": (
        "/100wbc /100wbcs /100wbc's per100wbc per100wbcs /100leukocytes /100leuk /100whitecells nrbc/100wbc "
        "#/100wbc"
    ).split(),
    "umol/mol heme": "umol/mol umol/molheme umol/molhem umol/molhaem umolzpp/molheme".split(),
    "Gale": "gale galegrade grade(gale) galescore".split(),
    "1": "index ratio rpi score".split(),
    "particles": "particle fragments spicules n count".split(),
}


def _invert() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for unit, spellings in _BY_UNIT.items():
        for spelling in spellings:
            found[spelling] = (*found.get(spelling, ()), unit)
    # Gigaparticles and "per nanoliter" name 10*9/L in any case; beside a red cell count they are the same slip.
    found["gpt/l"] = _GIGA
    found["/nl"] = _GIGA
    return found


SPELLINGS: Mapping[str, tuple[str, ...]] = _invert()
"""Units by lower-cased spelling."""
