"""Unit mix-ups that the value itself gives away (RULES.md 1.7). Every one raises a flag; none is silent.

A mix-up is a band of values in the unit as labeled. Inside the band the value is read with another factor, or is
missing. Of a censored result the end that the laboratory printed is asked. Site drift needs many results and is
looked for elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, nextafter

from schemas.flags import FLAG_BITS


@dataclass(frozen=True)
class Band:
    """Values from ``low`` to ``high``, both included, in the labeled unit; read with ``factor`` and flagged.

    A flag that makes the value missing (``schemas.flags``) drops it whatever the factor.
    """

    low: float
    high: float
    flag: str
    factor: float = 1.0

    def __post_init__(self) -> None:
        if self.flag not in FLAG_BITS or not self.low <= self.high:
            raise ValueError(f"band of {self.flag} is written wrongly")


def _above(limit: float) -> float:
    return nextafter(limit, inf)


def _below(limit: float) -> float:
    return nextafter(limit, -inf)


_COUNT_UNITS = ("10*9/L", "10*3/uL")
_HEMOGLOBIN = ("hb", "hb_blood_gas")
# RULES.md names WBC and ANC (> 1000) and platelets (> 3000). The other counts are parts of the white count and
# cannot exceed its limit either; nucleated red cells are counted beside it and share it.
_LEUKOCYTES = ("wbc", "anc", "alc", "mono", "blasts_abs", "ig_abs", "nrbc_abs")
_PLATELETS = ("plt", "plt_citrate")

# 16.2 is the least number that cannot be mmol/L: 16.2 x 16.114 exceeds 260 g/L, the reject limit.
_WITHOUT_UNIT = (
    Band(30, 260, "HB_UNIT_INFERRED", 1),
    Band(16.2, 25, "HB_UNIT_INFERRED", 10),
    Band(1, _below(16.2), "HB_UNIT_AMBIGUOUS"),
    Band(_above(25), _below(30), "HB_UNIT_AMBIGUOUS"),
)

BANDS: Mapping[tuple[str, str | None], tuple[Band, ...]] = {
    **{(hb, "g/dL"): (Band(30, 250, "HB_UNIT_GDL_IS_GL", 1),) for hb in _HEMOGLOBIN},
    **{(hb, "g/L"): (Band(2.5, _below(25), "HB_UNIT_GL_IS_GDL", 10),) for hb in _HEMOGLOBIN},
    # 1 to 4 mmol/L may be a severe anemia counted in monomers or a usual hemoglobin counted in tetramers (1.2)
    **{(hb, "mmol/L"): (Band(1, 4, "HB_UNIT_AMBIGUOUS"),) for hb in _HEMOGLOBIN},
    **{(hb, None): _WITHOUT_UNIT for hb in _HEMOGLOBIN},
    **{("hct", unit): (Band(-inf, 1, "HCT_FRACTION", 100),) for unit in ("%", "vol%")},
    **{("hct", unit): (Band(_above(1), inf, "HCT_PERCENT", 1),) for unit in ("L/L", "fraction")},
    ("tsat", "%"): (Band(_above(0), _below(1), "TSAT_FRACTION", 100), Band(1, 1, "TSAT_AMBIGUOUS")),
    **{
        (a, unit): (Band(_above(1000), inf, "COUNT_PER_UL", 0.001),)
        for a in _LEUKOCYTES
        for unit in _COUNT_UNITS
    },
    **{
        (a, unit): (Band(_above(3000), inf, "COUNT_PER_UL", 0.001),)
        for a in _PLATELETS
        for unit in _COUNT_UNITS
    },
    ("creatinine", "mg/dL"): (Band(_above(30), inf, "CREAT_UNIT_SLIP", 1),),
    ("rdw", "%"): (Band(_above(40), inf, "RDW_SD_SUSPECTED"),),
    ("neut_pct", None): (
        Band(-inf, 1, "NEUT_UNIT_INFERRED", 100),
        Band(_above(1), inf, "NEUT_UNIT_INFERRED", 1),
    ),
    ("retic_pct", "%"): (Band(-inf, _below(0.1), "RETIC_FRACTION?", 1),),
}
"""Bands by analyte and plain unit (None: no unit was given)."""

MOST_BANDS = max(len(bands) for bands in BANDS.values())

UNIT_FLAGS: Mapping[tuple[str, str], str] = {
    ("ferritin", "ug/dL"): "FERRITIN_UNIT_SLIP",
    ("ferritin", "ng/dL"): "FERRITIN_UNIT_SLIP",
    ("rbc", "G/L"): "RBC_UNIT_SLIP",
}
"""Labels that are slips whatever the value; their factor is with the analyte's units."""
