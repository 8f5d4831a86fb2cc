"""The evidence around each index draw: which result speaks for which input, and what follows from them.

An index draw is one patient at one collection time at which a blood count was reported, even one whose values were
all rejected. For every input the result nearest to its anchor inside its window speaks (RULES.md 0.5); of two
equally near the earlier. Values are intervals: inside this module a column pair ``<input>.lo`` and ``<input>.hi``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import polars as pl

from schemas.evidence import CONTEXT, DOMAINS, INPUTS
from schemas.history_atoms import HISTORY_ATOMS
from schemas.switches import DEFAULTS, Switches
from transforms import context, indices
from transforms.panels import binding_capacity, computed_saturation
from transforms.treatment import treatment_columns
from transforms.windows import Window, any_within, key, nearest

MANUAL = (
    "26508-2",
    "764-1",
    "790-6",
    "753-4",
    "778-1",
    "709-6",
    "749-2",
    "740-1",
    "783-1",
    "31112-6",
    "40665-2",
)
MORPHOLOGY = (
    "blasts_pct",
    "nrbc",
    "myelocytes_pct",
    "bands_pct",
)  # here the eye beats the analyzer (RULES.md 1.1.7)
SEVERAL_TESTS = ("myelocytes_pct",)  # three kinds of cells under one name; the most of any speaks
UNIT_REASONS = ("UNIT_UNKNOWN", "UNIT_MISSING", "HB_UNIT_AMBIGUOUS", "TSAT_AMBIGUOUS", "COMMA_AMBIGUOUS")
STFR_ASSAYS = ("beckman", "rd", "siemens")  # the index is calibrated on these only (RULES.md 1.4, 2.6)
BIT = {name: 1 << number for number, name in enumerate(INPUTS)}


def index_draws(usable: pl.DataFrame, unusable: pl.DataFrame) -> pl.DataFrame:
    """One row per patient and collection time with a reported blood count.

    usable: current results of blood-count analytes; unusable: reported results whose value could not be used, with
    is_blood_count; both with patient_id, collected_at, specimen_id. The specimen of most results names the draw, the
    first by name among equals.
    """
    columns = ("patient_id", "collected_at", "specimen_id")
    reported = pl.concat([usable.select(columns), unusable.filter("is_blood_count").select(columns)])
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
    draws: pl.DataFrame,
    results: pl.DataFrame,
    unusable: pl.DataFrame,
    patients: pl.DataFrame,
    events: pl.DataFrame,
    coverage: pl.DataFrame,
    as_of_day: int,
    switches: Switches = DEFAULTS,
) -> pl.DataFrame:
    """The evidence of every draw: context, history, and value, interval and date of every input.

    draws: as index_draws gives them. results: current results seen by the night (patient_id, specimen_id,
    collected_at, resulted_at, analyte, value_low, value_high, code, status, method, flags). unusable: reported
    results whose value could not be used (patient_id, collected_at, analyte, reason). patients, events, coverage: as
    in lab.*. as_of_day: the night, in days since 1970-01-01. switches: how indices are computed. Every frame holds the patients of the draws at least.
    Returns one row per draw in the order of patient and time.
    """
    who = (
        draws.select(pl.col("patient_id").unique().sort())
        .with_row_index("patient")
        .cast({"patient": pl.Int64})
    )
    base = (
        draws.join(who, on="patient_id")
        .join(patients, on="patient_id", how="left")
        .with_columns(
            key=key(pl.col("patient"), pl.col("index_collected_at")),
            day=context.day(pl.col("index_collected_at")),
        )
        .sort("key")
    )
    results = _numbered(results, who)
    sources = _by_analyte(results, base, switches)
    gathered = _gather(base, sources, results)
    ferritin_day = gathered.select(pl.coalesce(context.day(pl.col("ferritin.at")), base["day"])).to_series()
    hba2_day = gathered.select(pl.coalesce(context.day(pl.col("hba2.at")), base["day"])).to_series()
    coded = context.coded_events(events.join(who, on="patient_id"))
    spans = coverage.join(who, on="patient_id").select(
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
            context.pregnancy_columns(base, coded),
            observed,
            context.history_columns(base, coded, observed),
            context.guard_columns(base, coded, ferritin_day, hba2_day),
            treatment_columns(base, coded, sources, ferritin_day),
            gathered,
        ],
        how="horizontal",
    ).with_columns(
        elevation_adjustment_g_l=context.elevation_adjustment(
            pl.col("residence_elevation_m"), switches.hb_edition
        ),
        unit_problems=_unit_problems(base, unusable.join(who, on="patient_id")),
    )
    return _published(indices.derive(frame, switches).with_columns(result_flags=_result_flags(gathered)))


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


def _by_analyte(results: pl.DataFrame, base: pl.DataFrame, switches: Switches) -> dict[str, pl.DataFrame]:
    """Results of each analyte sorted by key, one per patient and moment, and the panels computed from them."""
    has_flags = results.select(pl.col("flags").list.len() > 0).to_series()
    flags = results.filter(has_flags).select(pl.col("flags").list.join(",")).to_series()
    keyed = results.select(
        "analyte",
        at="collected_at",
        lo="value_low",
        hi="value_high",
        key=key(pl.col("patient"), pl.col("collected_at")),
        row=pl.int_range(pl.len(), dtype=pl.UInt32),
        flags=_spread(flags, has_flags),
    )
    found = {
        str(name[0]): _one_per_moment(frame.sort("key"), results, str(name[0]), base)
        for name, frame in keyed.partition_by("analyte", as_dict=True, include_key=False).items()
    }
    _void_clumped(found)
    found["tibc"] = binding_capacity(found, switches.tibc_factor)
    found["tsat.computed"] = computed_saturation(found)
    return found


def _one_per_moment(
    frame: pl.DataFrame, results: pl.DataFrame, analyte: str, base: pl.DataFrame
) -> pl.DataFrame:
    """Of several results of one analyte at one moment: the draw's own specimen, then the preferred method (automated
    for counts, manual for what the eye sees), then the newest, then by content, never by position.
    """
    repeated = frame["key"].is_duplicated()
    if not repeated.any():
        return frame
    manual = pl.col("code").is_in(MANUAL) | pl.col("method").str.to_lowercase().str.contains(
        "manual"
    ).fill_null(value=False)
    twice = frame.filter(repeated)
    told = results.select(
        pl.col("specimen_id", "code", "method", "status", "resulted_at").gather(twice["row"])
    )
    best = (
        pl.concat([twice, told], how="horizontal")
        .join(base.select("key", "index_specimen_id"), on="key", how="left")
        .with_columns(
            own=pl.col("specimen_id").eq_missing(pl.col("index_specimen_id")),
            sure=pl.col("status") != "preliminary",
            method_rank=manual if analyte in MORPHOLOGY else ~manual,
            worst=pl.col("lo") if analyte in SEVERAL_TESTS else pl.lit(0.0),
        )
        .sort(
            "key",
            "own",
            "sure",
            "method_rank",
            "worst",
            "resulted_at",
            "specimen_id",
            "code",
            "lo",
            "hi",
            descending=[False, True, True, True, True, True, False, False, False, False],
            nulls_last=True,
        )
        .unique("key", keep="first", maintain_order=True)
        .select(frame.columns)
    )
    return pl.concat([frame.filter(~repeated), best]).sort("key")


def _void_clumped(found: dict[str, pl.DataFrame]) -> None:
    """Drop platelet counts of draws reported as clumped (RULES.md 1.2, plt)."""
    clumps = found.get("plt_clumps")
    if clumps is not None and "plt" in found:
        found["plt"] = found["plt"].join(clumps.filter(pl.col("lo") >= 1), on="key", how="anti")


def _gather(base: pl.DataFrame, sources: Mapping[str, pl.DataFrame], results: pl.DataFrame) -> pl.DataFrame:
    """For every input with a window: interval, date and flags of the result that speaks for each draw."""
    anchor = base["key"]
    columns = [
        frame
        for name in INPUTS
        if name not in ("crp", "agp", "tsat")
        for frame in _speaking(name, sources, anchor)
    ]
    gathered = pl.DataFrame(columns)
    moments = pl.DataFrame([base["patient"], anchor, gathered["ferritin.at"]])
    at_ferritin = pl.coalesce(key(pl.col("patient"), pl.col("ferritin.at")), "key")
    ferritin_key = moments.select(at_ferritin).to_series()
    late = [frame for name in ("crp", "agp") for frame in _speaking(name, sources, ferritin_key)]
    extra = [
        frame
        for name, window in (
            ("tsat", INPUTS["tsat"].window),
            ("tsat.computed", INPUTS["tsat"].window),
            ("hb_blood_gas", INPUTS["hb"].window),
            ("plt_clumps", INPUTS["plt"].window),
        )
        for frame in _speaking(name, sources, anchor, window)
    ]
    assay = _assay(sources, results, anchor)
    return pl.concat([gathered, pl.DataFrame(late), pl.DataFrame(extra), assay.to_frame()], how="horizontal")


def _speaking(
    name: str, sources: Mapping[str, pl.DataFrame], anchor: pl.Series, window: tuple[int, int] | None = None
) -> list[pl.Series]:
    limits = window or INPUTS[name].window
    source = sources.get(name)
    if limits is None or source is None or source.is_empty():
        return [_nothing(dtype, len(anchor)).alias(f"{name}.{part}") for part, dtype in _PARTS.items()]
    row = nearest(source["key"], anchor, Window(*limits))
    return [
        (_nothing(dtype, len(anchor)) if source[part].null_count() == len(source) else source[part].gather(row))
        .alias(f"{name}.{part}")
        for part, dtype in _PARTS.items()
    ]  # fmt: skip


_PARTS: Mapping[str, Any] = {
    "lo": pl.Float64,
    "hi": pl.Float64,
    "at": pl.Datetime("us"),
    "flags": pl.String,
}


@lru_cache(maxsize=8)
def _nothing(dtype: Any, rows: int) -> pl.Series:
    """A column of nulls; most inputs of most buckets are one, and all of them share it."""
    return pl.repeat(None, rows, dtype=dtype, eager=True)


def _assay(sources: Mapping[str, pl.DataFrame], results: pl.DataFrame, anchor: pl.Series) -> pl.Series:
    """Whether the sTfR that speaks was measured with an assay the sTfR-ferritin index is calibrated on."""
    source, window = sources.get("stfr"), INPUTS["stfr"].window
    if source is None or window is None:
        return pl.repeat(None, len(anchor), dtype=pl.Boolean, eager=True).alias("stfr.calibrated")
    methods = results["method"].gather(source["row"]).str.to_lowercase()
    known = methods.is_in(STFR_ASSAYS)
    return known.gather(nearest(source["key"], anchor, Window(*window))).alias("stfr.calibrated")


def _unit_problems(base: pl.DataFrame, unusable: pl.DataFrame) -> pl.Series:
    """Bit mask of the inputs that have, inside their window, a result whose unit could not be used."""
    mask = pl.repeat(0, len(base), dtype=pl.Int64, eager=True)
    pattern = "|".join(UNIT_REASONS)
    keyed = unusable.filter(pl.col("reason").str.contains(pattern)).select(
        "analyte", key=key(pl.col("patient"), pl.col("collected_at"))
    )
    for name, frame in keyed.partition_by("analyte", as_dict=True).items():
        item = INPUTS.get(str(name[0]))
        if item is not None and item.window is not None:
            near = any_within(frame["key"].sort(), base["key"], Window(*item.window))
            mask = mask | near.cast(pl.Int64) * BIT[item.id]
    return mask


def _result_flags(gathered: pl.DataFrame) -> pl.Series:
    """Flags of the results that speak, as ``input:FLAG`` (several joined by commas); null where there is none."""
    flagged = [
        name for name in INPUTS if f"{name}.flags" in gathered.columns and gathered[f"{name}.flags"].count()
    ]
    if not flagged:
        return pl.repeat(None, len(gathered), dtype=pl.List(pl.String), eager=True)
    rows = gathered.select(
        pl.any_horizontal([pl.col(f"{name}.flags").is_not_null() for name in flagged])
    ).to_series()
    parts = [pl.format("{}:{}", pl.lit(name), pl.col(f"{name}.flags")) for name in flagged]
    listed = (
        gathered.filter(rows)
        .select(pl.concat_str(parts, separator="\n", ignore_nulls=True).str.split("\n"))
        .to_series()
    )
    return _spread(listed, rows)


def _spread(values: pl.Series, rows: pl.Series) -> pl.Series:
    """The values, one for each true of ``rows``, at their rows; null elsewhere."""
    place = pl.select(pl.when(rows).then(rows.cum_sum() - 1)).to_series()
    return values.gather(place)


def _published(frame: pl.DataFrame) -> pl.DataFrame:
    """screen.evidence: exact values in the value column, censored ones as an interval, and the flags of each input."""
    columns = [
        pl.col(name)
        for name in ("patient_id", "index_specimen_id", "index_collected_at", *CONTEXT)
        if name in frame.columns
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
