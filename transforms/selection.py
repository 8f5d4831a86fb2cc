"""Which result is selected for each input of a draw: the nearest to its anchor in its window (RULES.md 0.5, 1.1.7).

Values are intervals: a column pair ``<input>.lo`` and ``<input>.hi``, with the time and the flags of the selected
result.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import polars as pl

from schemas.evidence import INPUTS, UNIT_PROBLEM_BIT
from schemas.switches import Switches
from transforms.iron_panel import binding_capacity, computed_saturation
from transforms.windows import Window, any_within, key, nearest, within

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
# Here the eye beats the analyzer (RULES.md 1.1.7).
MORPHOLOGY = ("blasts_pct", "nrbc", "myelocytes_pct", "bands_pct")
# Three kinds of cells under one name, and the specimens of one marrow examination (an aspirate beside a trephine makes
# it no trephine only, RULES.md 1.6): the highest value is selected.
SEVERAL_TESTS = ("myelocytes_pct", "marrow_specimen")
UNIT_REASONS = ("UNIT_UNKNOWN", "UNIT_MISSING", "HB_UNIT_AMBIGUOUS", "TSAT_AMBIGUOUS", "COMMA_AMBIGUOUS")


def by_analyte(results: pl.DataFrame, base: pl.DataFrame, switches: Switches) -> dict[str, pl.DataFrame]:
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
    repeats = frame.filter(repeated)
    details = results.select(
        pl.col("specimen_id", "code", "method", "status", "resulted_at").gather(repeats["row"])
    )
    best = (
        pl.concat([repeats, details], how="horizontal")
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


def gather(base: pl.DataFrame, sources: Mapping[str, pl.DataFrame], results: pl.DataFrame) -> pl.DataFrame:
    """For every input with a window: interval, date and flags of the result selected for each draw."""
    anchor = base["key"]
    columns = [
        frame
        for name in INPUTS
        if name not in ("crp", "agp", "tsat")
        for frame in _selected(name, sources, anchor)
    ]
    gathered = pl.DataFrame(columns)
    moments = pl.DataFrame([base["patient"], anchor, gathered["ferritin.at"]])
    at_ferritin = pl.coalesce(key(pl.col("patient"), pl.col("ferritin.at")), "key")
    ferritin_key = moments.select(at_ferritin).to_series()
    late = [frame for name in ("crp", "agp") for frame in _selected(name, sources, ferritin_key)]
    extra = [
        frame
        for name, window in (
            ("tsat", INPUTS["tsat"].window),
            ("tsat.computed", INPUTS["tsat"].window),
            ("hb_blood_gas", INPUTS["hb"].window),
            ("plt_clumps", INPUTS["plt"].window),
        )
        for frame in _selected(name, sources, anchor, window)
    ]
    assay = _assay(sources, results, anchor)
    return pl.concat([gathered, pl.DataFrame(late), pl.DataFrame(extra), assay.to_frame()], how="horizontal")


def _selected(
    name: str, sources: Mapping[str, pl.DataFrame], anchor: pl.Series, window: tuple[int, int] | None = None
) -> list[pl.Series]:
    limits = window or INPUTS[name].window
    source = sources.get(name)
    if limits is None or source is None or source.is_empty():
        return [_nothing(dtype, len(anchor)).alias(f"{name}.{part}") for part, dtype in _PARTS.items()]
    row = nearest(source["key"], anchor, Window(*limits))
    if "other_key" in source.columns:  # a value of two results: both are in the window (RULES.md 0.5)
        other = source["other_key"].gather(row)
        row = pl.select(pl.when(within(other, anchor, Window(*limits))).then(row)).to_series()
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
    """The assay of the selected sTfR, in lower case; null where it is not named."""
    source, window = sources.get("stfr"), INPUTS["stfr"].window
    if source is None or window is None:
        return _nothing(pl.String, len(anchor)).alias("stfr.assay")
    assays = results["method"].gather(source["row"]).str.to_lowercase()
    return assays.gather(nearest(source["key"], anchor, Window(*window))).alias("stfr.assay")


def unit_problems(base: pl.DataFrame, unusable: pl.DataFrame) -> pl.Series:
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
            mask = mask | near.cast(pl.Int64) * UNIT_PROBLEM_BIT[item.id]
    return mask


def result_flags(gathered: pl.DataFrame) -> pl.Series:
    """Flags of the selected results, as ``input:FLAG`` (several joined by commas); null where there is none."""
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
