"""The tables of the times to care (RULES.md 4.30), and the code sets that only they read.

``gap_time`` has one row per patient, measure and time the patient comes into question; ``gap_metric`` one per measure
and stratum. The codes of marrow examinations are RULES.md's (section 5); the others are unreviewed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from schemas.value_sets import CODE_SETS, CodeSet

HORIZONS = (14, 30, 90, 180)  # days (RULES.md 4.30)

GAP_TIME: Mapping[str, Any] = {
    "patient_id": pl.String,
    "metric": pl.String,
    "index_collected_at": pl.Datetime("us"),
    "clock_start": pl.Date,
    "days": pl.Int32,
    "closed": pl.Boolean,
    "censored_by": pl.String,
    "site": pl.String,
    "sex": pl.String,
    "age_band": pl.String,
}
GAP_TALLY: Mapping[str, Any] = {
    "metric": pl.String,
    "stratum": pl.String,
    "stratum_value": pl.String,
    "days": pl.Int32,
    "left": pl.Int64,
    "events": pl.Int64,
}
GAP_METRIC: Mapping[str, Any] = {
    "metric": pl.String,
    "says": pl.String,
    "stratum": pl.String,
    "stratum_value": pl.String,
    "n": pl.Int64,
    "events": pl.Int64,
    "median_days": pl.Int32,
    **{f"pct_{days}": pl.Float64 for days in HORIZONS},
}

_SETS = (
    CodeSet("marrow_exam", "marrow aspirate or biopsy", "procedure", (("CPT", ("38220", "38221", "38222")),)),
    CodeSet(
        "gastroenterology_contact",
        "gastroenterology encounter",
        "encounter",
        # CMS specialty 10 is left out: codes match by prefix, and 100 is general surgery
        (("SPECIALTY", ("gastroenterology", "207RG0100X", "2080P0206X", "301")),),
    ),
    CodeSet(
        "blood_diagnosis",
        "anemia, marrow failure or cytopenia diagnosis",
        "diagnosis",
        (
            (
                "ICD10CM",
                (*(f"D{n}" for n in range(50, 65)), "D69.3", "D69.4", "D69.5", "D69.6", "D70", "D72.81"),
            ),
            (
                "ICD9CM",
                (*(f"{n}" for n in range(280, 286)), "287.3", "287.4", "287.5", "288.0", "288.5"),
            ),
        ),
    ),
)

# Every code set that closes a gap.
GAP_CODE_SETS: Mapping[str, CodeSet] = {
    **{item.id: item for item in _SETS},
    **{
        name: CODE_SETS[name]
        for name in (
            "any_iron",
            "upper_endoscopy",
            "lower_endoscopy",
            "hematology_contact",
            "iron_deficiency_label",
            "hematologic_malignancy",
        )
    },
}
