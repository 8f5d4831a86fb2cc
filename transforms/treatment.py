"""What was given around a draw, and what was measured after it: iron, chemotherapy and radiotherapy.

A course of iron is dated by its first start in -7..90 days of the draw (RULES.md 4.20, 4.22, 4.27); of several
starts on one day the longest supply counts. Everything here works on days, like ``transforms.context``.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from schemas.history_atoms import HISTORY_ATOMS
from transforms.context import DAYS, Intervals, day
from transforms.windows import DAY, Window, any_within, midnight, patient_of

START = (-7, 90)  # RULES.md 4.20, 4.22, 4.27
STUDY_BEFORE_START = Window(-180, 7)  # RULES.md 4.22
RECHECK = Window(14, 56)  # RULES.md 4.27
FOLLOW_UP = Window(28, 56)  # RULES.md 4.20
RESPONSE = (14, 90)  # RULES.md 4.20
TRANSFUSED_AFTER = (0, 56)  # RULES.md 4.20
BEFORE_FERRITIN = (-365, -8)  # RULES.md 4.28: more than 7 days before, in the prior 365
CANCER_TREATMENT = (-90, 0)  # RULES.md 0.5
CHEMOTHERAPY, RADIOTHERAPY = (
    tuple(name for name, _, _ in HISTORY_ATOMS[atom].sets) for atom in ("chemotherapy", "radiotherapy")
)
STUDY_AROUND = Window(-90, 90)  # RULES.md 4.21
RETICULOCYTES_AROUND = Window(-30, 90)  # RULES.md 4.26
RECEPTOR_AROUND = Window(-30, 90)  # RULES.md 4.31.18, sTfR and CHr


def treatment_columns(
    draws: pl.DataFrame,
    coded: Mapping[str, pl.DataFrame],
    sources: Mapping[str, pl.DataFrame],
    ferritin_day: pl.Series,
) -> pl.DataFrame:
    """The treatment columns of screen.evidence (see schemas.evidence.CONTEXT), one row per draw.

    draws: patient, day, key. coded: events of each code set (patient, first, last). sources: results of each
    analyte (key, lo, hi), sorted by key. ferritin_day: day of the ferritin that is selected, the draw's day if none.
    """
    patient, index = draws["patient"], draws["day"]
    start, _ = first_start(coded["any_iron"], draws)
    oral, oral_end = first_start(coded["oral_iron"], draws)
    at_start, at_oral = _anchor(draws, start), _anchor(draws, oral)
    low, high = _best_hemoglobin(draws, sources.get("hb"), oral)
    transfused = Intervals(coded["transfusion"]).overlap(patient, oral.fill_null(index), *TRANSFUSED_AFTER)
    return pl.DataFrame(
        {
            "iron_start_day": start - index,
            "iron_study_at_start": iron_study_within(sources, at_start, STUDY_BEFORE_START),
            "hb_after_iron_start": _seen(sources, ("hb",), at_start, RECHECK),
            "oral_iron_start_day": oral - index,
            "oral_iron_supply_days": oral_end - oral + 1,
            "hb_28_56d_after_oral_iron": _seen(sources, ("hb",), at_oral, FOLLOW_UP),
            "hb_best_after_oral_iron_g_l_low": low,
            "hb_best_after_oral_iron_g_l_high": high,
            "transfused_after_oral_iron": transfused & oral.is_not_null(),
            "iron_before_ferritin": Intervals(coded["any_iron"]).overlap(
                patient, ferritin_day, *BEFORE_FERRITIN
            ),
            "first_dose_day": _first_dose(draws, coded) - index,
            "iron_study_closes_gap": iron_study_within(sources, draws["key"], STUDY_AROUND),
            "retic_closes_gap": _seen(
                sources, ("retic_pct", "retic_abs", "rpi"), draws["key"], RETICULOCYTES_AROUND
            ),
            "stfr_or_chr_closes_gap": _seen(sources, ("stfr", "chr"), draws["key"], RECEPTOR_AROUND),
        }
    )


def first_start(spans: pl.DataFrame, draws: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """First day and last day of the first course that starts in START days of each draw; null if there is none.

    spans: patient, first, last (days). draws: patient, day.
    """
    # of several on one day the longest
    courses = spans.group_by("patient", "first").agg(pl.col("last").max()).sort("patient", "first")
    keys = courses["patient"] * DAYS + courses["first"]
    wanted = draws["patient"] * DAYS + draws["day"]
    if keys.is_empty():
        none = pl.repeat(None, len(draws), dtype=pl.Int64, eager=True)
        return none, none
    row = keys.search_sorted(wanted + START[0], side="left").cast(pl.Int64)
    inside = row.clip(0, len(keys) - 1)
    found = pl.DataFrame(
        {
            "hit": (row < len(keys)) & (keys.gather(inside) <= wanted + START[1]),
            "first": courses["first"].gather(inside),
            "last": courses["last"].gather(inside),
        }
    ).select(first=pl.when("hit").then("first"), last=pl.when("hit").then("last"))
    return found["first"], found["last"]


def iron_study_within(sources: Mapping[str, pl.DataFrame], anchor: pl.Series, window: Window) -> pl.Series:
    """Ferritin, TSAT, or iron with binding capacity in the window; serum iron alone does not count (RULES.md 4.21).

    sources: as in ``treatment_columns``. anchor: (draws,) keys, as in ``transforms.windows``.
    """
    panel = _seen(sources, ("iron",), anchor, window) & _seen(sources, ("tibc",), anchor, window)
    return _seen(sources, ("ferritin", "tsat"), anchor, window) | panel


def _seen(
    sources: Mapping[str, pl.DataFrame], names: tuple[str, ...], anchor: pl.Series, window: Window
) -> pl.Series:
    """Whether any of the analytes has a result in the window of each anchor; without an anchor it has none."""
    seen = pl.repeat(value=False, n=len(anchor), eager=True)
    for name in names:
        if name in sources and len(sources[name]):
            within = any_within(sources[name]["key"], anchor.fill_null(0), window)
            seen = seen | (within & anchor.is_not_null())
    return seen


def _anchor(draws: pl.DataFrame, start: pl.Series) -> pl.Series:
    """Search key of the midnight of each start; null where there is none."""
    return midnight(draws["key"]) + (start - draws["day"]) * DAY


def _best_hemoglobin(
    draws: pl.DataFrame, hemoglobin: pl.DataFrame | None, start: pl.Series
) -> tuple[pl.Series, pl.Series]:
    """Bounds in g/L of the highest hemoglobin in RESPONSE days of each start; null without start or result."""
    rows = draws.select("patient", row=pl.int_range(pl.len())).with_columns(start=start)
    if hemoglobin is None:
        none = pl.repeat(None, len(draws), dtype=pl.Float64, eager=True)
        return none, none
    best = (
        rows.drop_nulls("start")
        .join(
            hemoglobin.select("lo", "hi", patient=patient_of(pl.col("key")), at_day=day(pl.col("at"))),
            on="patient",
        )
        .filter((pl.col("at_day") - pl.col("start")).is_between(*RESPONSE))
        .group_by("row")
        .agg(pl.col("lo").max(), pl.col("hi").max())
    )
    joined = rows.join(best, on="row", how="left", maintain_order="left")
    return joined["lo"], joined["hi"]


def _first_dose(draws: pl.DataFrame, coded: Mapping[str, pl.DataFrame]) -> pl.Series:
    """First day of the earliest chemotherapy or radiotherapy that overlaps the 90 days up to each draw."""
    given = pl.concat([coded[name] for name in (*CHEMOTHERAPY, *RADIOTHERAPY)]).select(
        "patient", "first", "last"
    )
    rows = draws.select("patient", "day", row=pl.int_range(pl.len()))
    dose = (
        rows.join(given.unique(), on="patient")
        .filter(
            (pl.col("first") <= pl.col("day") + CANCER_TREATMENT[1])
            & (pl.col("last") >= pl.col("day") + CANCER_TREATMENT[0])
        )
        .group_by("row")
        .agg(pl.col("first").min())
    )
    return rows.join(dose, on="row", how="left", maintain_order="left")["first"]
