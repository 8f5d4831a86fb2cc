"""The iron panel as laboratories report it: binding capacity from its several forms, and the computed saturation.

TIBC = 25.1 umol/L per g/L of transferrin (2 Fe per 79.57 kDa; RULES.md 2.7), or iron + UIBC. The printed 3.98 of 2.1 is
100/25.1 rounded (3.984): one factor serves both, so that a switch changes both and a saturation of exactly 20 stays so.
TSAT = 100*iron/TIBC of the same day, give or take one (RULES.md 2.1); both must be exact. The recomputed value wins over
a reported one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from transforms.interval_ends import exact, low
from transforms.windows import Window, nearest

# umol/L per g/L, by the option of tibc_factor; 1.25 ug/dL per mg/dL is 125 ug/dL per g/L, times 0.1791
TIBC_PER_TRANSFERRIN = {"25.1": 25.1, "1.25": 125 * 0.1791}
SAME_DAY = Window(-1, 1)
LARGEST_SATURATION = 110.0  # %; beyond it a measurement is wrong (RULES.md 1.4)


def binding_capacity(found: Mapping[str, pl.DataFrame], factor: str) -> pl.DataFrame:
    """All binding capacities of the bucket: measured, from transferrin, from iron and UIBC; one per moment.

    found: analyte -> frame sorted by key with at least key, at, lo, hi, flags. A measured one is preferred.
    factor: an option of the switch tibc_factor.
    """
    parts = []
    if "tibc" in found:
        parts.append(_slim(found["tibc"]).with_columns(rank=0))
    if "transferrin" in found:
        scaled = [(pl.col(side) * TIBC_PER_TRANSFERRIN[factor]).round(9) for side in ("lo", "hi")]
        parts.append(_slim(found["transferrin"]).with_columns(scaled).with_columns(rank=1))
    if "uibc" in found and "iron" in found:
        parts.append(
            _slim(_paired(found["uibc"], found["iron"], pl.col("lo") + pl.col("other"))).with_columns(rank=2)
        )
    if not parts:
        return pl.DataFrame(schema=_SLIM)
    return (
        pl.concat(parts)
        .sort("key", "rank")
        .unique("key", keep="first", maintain_order=True)
        .drop("rank")
        .sort("key")
    )


def computed_saturation(found: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """TSAT in % at the time of every exact iron that has an exact binding capacity within a day.

    found: as in ``binding_capacity``, whose result stands under tibc. other_key is the time of the binding capacity.
    """
    if "iron" not in found or found["tibc"].is_empty():
        return pl.DataFrame(schema={**_SLIM, "other_key": pl.Int64})
    saturation = 100 * pl.col("lo") / pl.col("other")
    return _paired(found["iron"], found["tibc"], saturation.round(9)).filter(
        pl.col("lo") <= LARGEST_SATURATION
    )


def with_saturation(gathered: pl.DataFrame, index: pl.Series) -> pl.DataFrame:
    """The recomputed TSAT wins over a reported one of the same day, give or take one (RULES.md 1.4, 2.1).

    gathered: columns ``tsat.*`` and ``tsat.computed.*`` among others. index: time of the blood count, row by row.
    Adds tsat_conflict: both are there, of one panel, and differ by more than five points.
    """
    days = {
        name: (pl.col(f"{name}.at").cast(pl.Date) - index.cast(pl.Date)).dt.total_days().abs()
        for name in ("tsat", "tsat.computed")
    }
    use = pl.col("tsat.computed.lo").is_not_null() & (
        low("tsat").is_null() | (days["tsat.computed"] <= days["tsat"] + 1)
    )
    same_panel = (pl.col("tsat.at") - pl.col("tsat.computed.at")).abs() <= pl.duration(days=1)
    conflict = same_panel & ((exact("tsat") - pl.col("tsat.computed.lo")).abs().round(9) > 5)
    return gathered.with_columns(
        tsat_conflict=conflict.fill_null(value=False),  # one value alone cannot disagree
        **{
            f"tsat.{part}": pl.when(use)
            .then(pl.col(f"tsat.computed.{part}"))
            .otherwise(pl.col(f"tsat.{part}"))
            for part in ("lo", "hi", "at", "flags")
        },
    )


_SLIM: dict[str, Any] = {
    "key": pl.Int64,
    "at": pl.Datetime("us"),
    "lo": pl.Float64,
    "hi": pl.Float64,
    "flags": pl.String,
}


def _slim(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(list(_SLIM))


def _paired(left: pl.DataFrame, right: pl.DataFrame, formula: pl.Expr) -> pl.DataFrame:
    """Formula over ``lo`` of the left and ``other`` of the nearest right result within a day, both exact.

    Adds other_key, the time of the right result.
    """
    exact = _slim(left).filter(pl.col("lo") == pl.col("hi"))
    other = _slim(right).filter((pl.col("lo") == pl.col("hi")) & (pl.col("lo") > 0))
    row = nearest(other["key"], exact["key"], SAME_DAY)
    return (
        exact.with_columns(
            other=other["lo"].gather(row), more=other["flags"].gather(row), other_key=other["key"].gather(row)
        )
        .filter(pl.col("other").is_not_null())
        .with_columns(lo=formula)
        .with_columns(hi=pl.col("lo"), flags=pl.concat_str("flags", "more", separator=",", ignore_nulls=True))
        .with_columns(flags=pl.when(pl.col("flags") != "").then(pl.col("flags")))
        .select(*_SLIM, "other_key")
    )
