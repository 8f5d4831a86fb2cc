"""The evidence around each index draw: which result is selected for which input, and what follows from them.

An index draw is one patient at one collection time at which a blood count was reported, even one whose values were
all rejected. For every input the result nearest to its anchor inside its window is selected (RULES.md 0.5); of two
equally near the earlier. Values are intervals: inside this module a column pair ``<input>.lo`` and ``<input>.hi``.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from schemas.analytes import BLOOD_COUNT_ANALYTES
from schemas.evidence import CONTEXT, DOMAINS, INPUTS
from schemas.history_atoms import HISTORY_ATOMS
from schemas.switches import DEFAULTS, Switches
from transforms import context, indices
from transforms.iron_panel import with_saturation
from transforms.pregnancy import pregnancy_columns
from transforms.selection import by_analyte, gather, result_flags, unit_problems
from transforms.treatment import treatment_columns
from transforms.windows import key


@dataclass(frozen=True)
class PatientRecords:
    """What is on record about some patients, as seen by the night.

    results: current results (patient_id, specimen_id, collected_at, resulted_at, analyte, value_low, value_high, code,
    status, method, flags). unusable: reported results whose value could not be used (patient_id, collected_at,
    specimen_id, analyte, reason, is_blood_count). patients, events, coverage: as in lab.*.
    """

    results: pl.DataFrame
    unusable: pl.DataFrame
    patients: pl.DataFrame
    events: pl.DataFrame
    coverage: pl.DataFrame


def index_draws(results: pl.DataFrame, unusable: pl.DataFrame) -> pl.DataFrame:
    """One row per patient and collection time with a reported blood count.

    results: current results, with analyte; unusable: reported results whose value could not be used, with
    is_blood_count; both with patient_id, collected_at, specimen_id. The specimen of most results names the draw, the
    first by name among equals.
    """
    columns = ("patient_id", "collected_at", "specimen_id")
    of_blood_count = results["analyte"].is_in(BLOOD_COUNT_ANALYTES)
    reported = pl.concat(
        [
            results.select(columns).filter(of_blood_count),
            unusable.select(columns).filter(unusable["is_blood_count"]),
        ]
    )
    return (
        reported.group_by(columns)
        .len()
        .sort(
            "patient_id",
            "collected_at",
            "len",
            "specimen_id",
            descending=[False, False, True, False],
            nulls_last=True,
        )
        .unique(["patient_id", "collected_at"], keep="first", maintain_order=True)
        .select("patient_id", index_specimen_id="specimen_id", index_collected_at="collected_at")
    )


def build_evidence(
    draws: pl.DataFrame, records: PatientRecords, as_of_day: int, switches: Switches = DEFAULTS
) -> pl.DataFrame:
    """The evidence of every draw: context, history, and value, interval and date of every input.

    draws: as index_draws gives them, of patients who are in the records. as_of_day: the night, in days since
    1970-01-01. switches: how indices are computed. Returns one row per draw in the order of patient and time.
    """
    who = (
        draws.select(pl.col("patient_id").unique().sort())
        .with_row_index("patient")
        .cast({"patient": pl.Int64})
    )
    base = (
        draws.join(who, on="patient_id")
        .join(records.patients, on="patient_id", how="left")
        .with_columns(
            key=key(pl.col("patient"), pl.col("index_collected_at")),
            day=context.day(pl.col("index_collected_at")),
        )
        .sort("key")
    )
    results = _numbered(records.results, who)
    sources = by_analyte(results, base, switches)
    gathered = with_saturation(gather(base, sources, results), base["index_collected_at"])
    measured = gathered.select(
        pl.coalesce(context.day(pl.col(f"{name}.at")), base["day"]).alias(name) for name in context.GUARDED
    )
    coded = context.coded_events(records.events.join(who, on="patient_id"))
    spans = records.coverage.join(who, on="patient_id").select(
        "patient",
        "domain",
        first=context.day(pl.col("observed_from")),
        last=context.day(pl.col("observed_to")),
    )
    observed = context.domain_columns(base, spans, as_of_day)
    frame = pl.concat(
        [
            base,
            context.age_columns(base),
            pregnancy_columns(base, coded),
            observed,
            context.history_columns(base, coded, observed),
            context.guard_columns(base, coded, measured),
            treatment_columns(base, coded, sources, measured["ferritin"]),
            gathered,
        ],
        how="horizontal",
    ).with_columns(
        elevation_adjustment_g_l=context.elevation_adjustment(
            pl.col("residence_elevation_m"), switches.hb_edition
        ),
        unit_problems=unit_problems(base, records.unusable.join(who, on="patient_id")),
    )
    return _published(indices.derive(frame, switches).with_columns(result_flags=result_flags(gathered)))


def _numbered(results: pl.DataFrame, who: pl.DataFrame) -> pl.DataFrame:
    """The results of the patients at hand with the patient's number; a join of whole rows would move every column."""
    number = results.select("patient_id").join(who, on="patient_id", how="left", maintain_order="left")[
        "patient"
    ]
    return (
        results.with_columns(number).filter(number.is_not_null())
        if number.null_count()
        else results.with_columns(number)
    )


def _published(frame: pl.DataFrame) -> pl.DataFrame:
    """screen.evidence: exact values in the value column, censored ones as an interval, and the flags of each input."""
    columns = [
        pl.col(name)
        for name in ("patient_id", "index_specimen_id", "index_collected_at", *CONTEXT)
        if name in frame.columns  # what other draws say comes later (transforms.repeats)
    ]
    columns += [pl.col(f"observed_{short}") for short in DOMAINS.values()]
    columns += [pl.col(f"follow_up_{short}_days") for short in DOMAINS.values()]
    columns += [pl.col(name) for name in HISTORY_ATOMS]
    censored = frame.select(
        [(pl.col(f"{name}.lo") != pl.col(f"{name}.hi")).any().alias(name) for name in INPUTS]
    ).row(0, named=True)
    for name, item in INPUTS.items():
        low, high = pl.col(f"{name}.lo"), pl.col(f"{name}.hi")
        if censored[name]:
            columns += [
                pl.when(low == high).then(low).alias(item.column),
                pl.when(low != high).then(low).alias(f"{item.column}_low"),
                pl.when(low != high).then(high).alias(f"{item.column}_high"),
            ]
        else:
            nothing = pl.lit(None, dtype=pl.Float64)
            columns += [
                low.alias(item.column),
                nothing.alias(f"{item.column}_low"),
                nothing.alias(f"{item.column}_high"),
            ]
        columns.append(pl.col(f"{name}.at").alias(f"{name}_collected_at"))
    return frame.select(*columns, "result_flags", "draw_flags")
