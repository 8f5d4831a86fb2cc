"""Where the median of a site's month lies: what RULES.md 1.7 expects of six tests, and what tells a missing unit.

Values are in the canonical unit of the analyte. ``USUAL`` and ``POSSIBLE`` are decisions of this project [D]; no
guideline gives medians of hospitals. They are wide on purpose: they hold for a general hospital, a dialysis or cancer
center and a children's ward, and where two units lie within them for the same numbers, none is inferred.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

DRIFT_EXPECTED: Mapping[str, float] = {
    "hb": 135.0,
    "plt": 250.0,
    "ferritin": 80.0,
    "iron": 15.0,
    "crp": 2.0,
    "b12": 300.0,
}
"""Median that RULES.md 1.7 expects of a site and month, canonical unit."""

DRIFT_BELOW, DRIFT_ABOVE = 0.5, 2.0
"""A median below or above so many times the expected one raises SITE_UNIT_DRIFT (RULES.md 1.7)."""

DRIFT_MIN_RESULTS = 20
"""Results of a month below which a median says nothing [D]."""

INFERENCE_MIN_RESULTS, INFERENCE_MIN_PATIENTS = 30, 20
"""Different results and patients of a site, analyte and month below which no unit is inferred [D]."""

MOST_OUTSIDE, IMPOSSIBLE_OUTSIDE = 0.01, 0.05
"""Share of values beyond the reject limits up to which a unit fits, and above which a unit is impossible [D]."""


@dataclass(frozen=True)
class Medians:
    """usual: ends between which the median of a site's month lies. possible: ends beyond which none lies."""

    usual: tuple[float, float]
    possible: tuple[float, float]


MEDIANS: Mapping[str, Medians] = {
    "hb": Medians((95, 155), (75, 185)),
    "hb_blood_gas": Medians((95, 155), (75, 185)),
    "hct": Medians((28, 47), (22, 58)),
    "rbc": Medians((3.2, 5.3), (2.3, 6.5)),
    "mcv": Medians((75, 98), (65, 110)),
    "mch": Medians((25, 33), (20, 38)),
    "mchc": Medians((310, 355), (295, 375)),
    "rdw": Medians((12, 17), (10.5, 22)),
    "wbc": Medians((4, 12), (2, 20)),
    "neut_pct": Medians((45, 80), (25, 92)),
    "segs_pct": Medians((40, 80), (20, 92)),
    "anc": Medians((2, 9), (1, 16)),
    "alc": Medians((0.8, 3.5), (0.3, 7)),
    "mono": Medians((0.25, 1), (0.1, 2)),
    "mono_pct": Medians((4, 12), (2, 20)),
    "plt": Medians((140, 350), (70, 550)),
    "mpv": Medians((7, 12), (5.5, 14)),
    "retic_pct": Medians((0.8, 3.5), (0.4, 6)),
    "retic_abs": Medians((30, 120), (15, 220)),
    "irf": Medians((4, 25), (1.5, 45)),
    "chr": Medians((26, 35), (22, 39)),
    "ferritin": Medians((30, 500), (10, 1500)),
    "iron": Medians((6, 20), (3, 30)),
    "tibc": Medians((38, 75), (25, 95)),
    "uibc": Medians((22, 60), (10, 80)),
    "transferrin": Medians((1.5, 3.2), (1, 4)),
    "tsat": Medians((12, 40), (5, 65)),
    "stfr": Medians((1, 5), (0.5, 9)),
    "crp": Medians((1, 50), (0.2, 150)),
    "agp": Medians((0.6, 1.5), (0.3, 2.5)),
    "esr": Medians((8, 50), (3, 90)),
    "creatinine": Medians((50, 200), (25, 700)),
    "egfr": Medians((35, 105), (8, 130)),
    "b12": Medians((200, 500), (100, 1100)),
    "folate": Medians((12, 35), (4, 90)),
    "homocysteine": Medians((8, 18), (5, 35)),
    "tsh": Medians((1, 3.5), (0.5, 7)),
    "ldh": Medians((150, 350), (90, 700)),
    "haptoglobin": Medians((0.7, 2.2), (0.2, 4)),
    "bilirubin": Medians((6, 20), (3, 60)),
    "lead": Medians((0.5, 6), (0.1, 40)),
    "copper": Medians((12, 24), (7, 35)),
    "zinc": Medians((8, 16), (5, 25)),
    "albumin": Medians((28, 46), (20, 52)),
    "hba2": Medians((2, 3.2), (1.2, 5)),
}
"""Analytes whose missing unit may be inferred from the values of a month; the unit of no other is ever inferred."""

MISSING_UNIT: Mapping[str, Any] = {
    "site": pl.String,
    "analyte": pl.String,
    "month": pl.Date,
    "results": pl.Int64,
    "patients": pl.Int64,
    "median_as_sent": pl.Float64,
    "unit": pl.String,
    "outcome": pl.String,
}
"""Columns of quality.missing_units: one row per site, analyte and month in which results came without a unit."""

WITHOUT_UNIT: Mapping[str, Any] = {
    "patient_id": pl.String,
    "identifier": pl.String,
    "site": pl.String,
    "analyte": pl.String,
    "at": pl.Datetime("us"),
    "number": pl.Float64,
}
"""Different results that need a unit and came without one: identifier, under which they came; at, when they were
collected; number, null where it tells nothing of the unit.
"""

MISSING_UNIT_TALLY: Mapping[str, Any] = {
    "site": pl.String,
    "analyte": pl.String,
    "month": pl.Date,
    "number": pl.Float64,
    "rows": pl.Int64,
    "patients": pl.Int64,
}
"""Different results without a unit by site, analyte, month and number: rows; where number is null, patients."""

VALUE_COUNT: Mapping[str, Any] = {
    "site": pl.String,
    "analyte": pl.String,
    "month": pl.Date,
    "value_low": pl.Float64,
    "value_high": pl.Float64,
    "rows": pl.Int64,
}
"""How often a value occurs among the current results of a site, analyte and month that the night sees."""
SITE_DAY: Mapping[str, Any] = {"site": pl.String, "day": pl.Date, "rows": pl.Int64}
"""Current results of a site by the day of their collection."""
SITE_RESULTS: Mapping[str, Any] = {"site": pl.String, "results": pl.Int64, "newest": pl.Date}
"""Columns of run.site_results: one row per site."""

OUTCOMES: Mapping[str, str] = {
    "inferred": "one unit fits and every other is impossible",
    "too_few": "too few different results or patients to tell",
    "ambiguous": "more than one unit is possible",
    "none_fits": "no unit of the analyte fits",
    "switched_off": "units are not inferred in this home",
    "not_inferred": "no unit of this analyte is ever inferred",
}

SITE_UNIT_DRIFT: Mapping[str, Any] = {
    "site": pl.String,
    "analyte": pl.String,
    "month": pl.Date,
    "rows": pl.Int64,
    "median": pl.Float64,
    "median_low": pl.Float64,
    "median_high": pl.Float64,
    "expected": pl.Float64,
    "expected_low": pl.Float64,
    "expected_high": pl.Float64,
    "unit": pl.String,
}
"""Columns of quality.site_unit_drift."""


def _check() -> None:
    """The ranges must contain each other; raised at import."""
    for analyte, medians in MEDIANS.items():
        (low, high), (least, most) = medians.usual, medians.possible
        if not least < low < high < most:
            raise ValueError(f"the medians of {analyte} are written wrongly")


_check()
