"""The tables of the times to care (RULES.md 4.30), and the value sets they read.

``gap_time`` has one row per patient, measure and episode, as seen on the night the patient was last judged;
``gap_metric`` one per measure and stratum. ``gap_tally`` has what patients add to the metrics: how many left on which
day and, of those whose watch only the night ended, since when they are watched.
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
    "resulted_on": pl.Date,
    "days_from_result": pl.Int32,
    "closed": pl.Boolean,
    "censored_by": pl.String,
    "site": pl.String,
    "sex": pl.String,
    "age_band": pl.String,
    "strata": pl.List(pl.String),  # of the source, as stratum_NAME=VALUE
}
GAP_TALLY: Mapping[str, Any] = {
    "metric": pl.String,
    "stratum": pl.String,
    "stratum_value": pl.String,
    "days": pl.Int32,
    "open_since": pl.Date,
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

# Value sets that nothing but the times to care reads.
GAP_ONLY = ("marrow_exam", "gastroenterology_contact", "blood_diagnosis", "celiac_serology")

# Every code set that closes a gap.
GAP_CODE_SETS: Mapping[str, CodeSet] = {
    name: CODE_SETS[name]
    for name in (
        *GAP_ONLY,
        "any_iron",
        "upper_endoscopy",
        "lower_endoscopy",
        "hematology_contact",
        "iron_deficiency_label",
        "hematologic_malignancy",
    )
}
