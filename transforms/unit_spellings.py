"""Spellings of units that cannot be read from their parts (``transforms.unit_measures`` reads the others).

``CASED`` holds the spellings whose case is their meaning, ``SPELLINGS`` the folded others; both give the units a
spelling can stand for, and the analyte decides which of them it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

EMPTY_UNITS = frozenset(
    (
        "|n/a|na|n.a.|none|null|(null)|nil|nan|-|--|---|_|___|.|?|*|unit|units|no unit|no units|unknown|unspecified"
        "|not specified|not stated|not given|not applicable|not available"
    ).split("|")
)
"""Texts that say that no unit was given, lower case."""

# For a red cell count G/L is the slip RBC_UNIT_SLIP, which is why its own entry comes first.
_GIGA = ("G/L", "10*9/L")
CASED: Mapping[str, tuple[str, ...]] = {
    "G/L": _GIGA,
    "G/l": _GIGA,
    "T/L": ("10*12/L",),
    "T/l": ("10*12/L",),
    **{f"{prefix}M{by}": (f"{prefix}mol/L",) for prefix in ("m", "u", "n", "p") for by in ("", "/L", "/l")},
}
UNREADABLE = frozenset({"G/L", "mmol/L tetramer"})
"""Units whose plain spelling, read from its parts, would be another unit."""

SAID_ONLY = UNREADABLE | {"10*4/uL", "10*2/uL"}
"""Units that hold where a label says so and are never inferred: slips, and powers of ten of a few countries."""

PER_HUNDRED: Mapping[str, frozenset[str]] = {
    "/100 WBC": frozenset(
        {"neut_pct", "segs_pct", "bands_pct", "mono_pct", "blasts_pct", "myelocytes_pct", "ig_pct"}
    ),
    "/100 RBC": frozenset({"retic_pct", "hypo_pct"}),
}
"""Analytes of which a number "per 100 white cells", or red ones, is the percentage."""

_BY_UNIT: Mapping[str, Iterable[str]] = {
    "%": "mol% mol-% mg/mg% %iron %transferrin % %tibc %oftibc sat% cv% %cv %-cv %(cv) cv(%) cv".split(),
    "fraction": "frac ratio proportion 1 decimal decimalfraction fract fractionof1 mol/mol".split(),
    "L/L": "ratio 1 v/v vol/vol ml/ml volumefraction volfraction l/lblood".split(),
    "vol%": "%vol %volume volume% vol-% %v/v v/v% %(v/v) %pcv pcv% vol.% %byvolume %(vol) cc/dl".split(),
    "um3": ["mu/3"],
    "pg": ["pkg"],
    "fmol": "fmol(fe) fmolfe".split(),
    "/uL": ["mpt/l"],  # millions of particles, beside Gpt/L and Tpt/L
    "AU/mL": "[arb'u]/ml arbu/ml".split(),
    "mmol/L": "mmol(fe)/l mmol/l(fe) mmolfe/l mmol/lfe mmol(hb/4)/l mmol/l(hb/4) mmol/lhb/4".split(),
    "mmol/L tetramer": "mmol/ltetramer mmol/l(tetramer) mmol(tetramer)/l mmol/lhb4 mmol(hb4)/l".split(),
    "permille": (
        "/thousand parts/thousand /thousandrbc 0/00rbc o/oorbc permillerbc %o °/oo ppth permill permil promille promill o/oo 0/00 10*-3 /1000 /1000rbc /1000rbcs /10*3 /10*3rbc /10*3rbcs /1000erythrocytes /10*3erythrocytes /1000ery"
    ).split(),
    "mm/h": (
        "mm/hr mm/hour mm/1h mm/1hr mm/1hour mm/1sthr mm/1sthour mm/sth mm1sthr mmin1sthr mmin1hr mmin1hour mm/1sth mm/hrs "
        "mm/std mm/1std mm/1.std mm/1.h mm1h mmhr mm/60min mmin1sthour mm/uur mm/ora mm/hora mm/heure mm/saat mm/has "
        "mm/t mm/time mm/timme mm/godz mm/sa mmin1h mm(1h) mm/(1.h) mmen1h mmafter1hr mmat1hr"
    ).split(),
    "ukat/L": "ucat/l".split(),
    "/100 WBC": (
        "/100wbc /100wbcs /100wbc's /100leukocytes /100leucocytes /100leuk /100whitecells nrbc/100wbc nrbcs/100wbc "
        "nrbc/100wbcs nrbc/100wbc's #nrbc/100wbc 100wbc's #/100wbc #/100wbcs 100wbc /100whitebloodcells /100leuko "
        "/100leu /100leukos /100leukozyten /100leukocyten /100gb /100(wbcs) cells/100wbc wbc/100 10*2wbc %/wbc"
    ).split(),
    "/100 RBC": "/100rbc /100rbcs /100redcells /100redbloodcells /100erythrocytes".split(),
    "umol/mol heme": "umol/mol umol/molheme umol/molhem umol/molhaem umol/molham umolzpp/molheme".split(),
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
    found.update(dict.fromkeys(("gpt/l", "gpart/l", "gi/l", "/nl"), _GIGA))
    return found


SPELLINGS: Mapping[str, tuple[str, ...]] = _invert()
"""Units by folded spelling."""
