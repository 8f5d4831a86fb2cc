"""Which evidence there can be: the unknowns behind its columns, their values, and how columns hang together.

An unknown is an input with the ends of its interval, a column of the context, a code that was seen, or whether a domain is
observed. Its values lie on, beside and between the limits of the rules. What no patient can have is left out where a
column follows from others: a code is unknown only where its domain is not observed, a trimester belongs to a pregnancy,
neutrophils lie below the white cells, an index is known only where its parts are, a kidney disease is an inflammatory
context, a count before the first dose asks for a dose. Whatever else no patient can have is taken as possible.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import polars as pl

from schemas.evidence import INPUTS, observed_column
from schemas.history_atoms import HISTORY_ATOMS
from schemas.value_sets import CODE_SETS
from tests.properties.cases import VALUES
from tests.properties.perturbed import CONTEXTS, MORE
from tests.testbed import interval
from transforms.rule_basis import INPUT_OF

ELEVATIONS = (0.0, 4.0, 33.0)  # g/L; the largest shows how far apart the two hemoglobins can be
# by segments and white cells, by the equations of both sexes; others as ``<5`` or ``>5``
BOUNDED_TWICE = ("anc", "egfr")
ADJUSTED = ("hb_adjusted_g_l", "hb_adjusted_g_l_low", "hb_adjusted_g_l_high")
# Atoms that another one takes in, code for code and day for day (RULES.md 5.1).
TAKES_IN: Mapping[str, tuple[str, ...]] = {
    "inflammatory_context": ("ckd_code", "heart_failure"),
    "ckd_code": ("dialysis",),
}
# Columns that are known, or true, only where another unknown is: (the other, the column of it that must not be null or false).
ONLY_WITH: Mapping[str, tuple[str, str]] = {
    "mentzer": ("mcv", "mcv_fl"),
    "rdwi": ("mcv", "mcv_fl"),
    "green_king": ("mcv", "mcv_fl"),
    "stfr_index": ("ferritin", "ferritin_ug_l"),
    "oral_iron_supply_days": ("oral_iron_start_day", "oral_iron_start_day"),
    "trimester": ("pregnant", "pregnant"),
    **dict.fromkeys(("persistent_hb", "persistent_anc", "persistent_plt"), ("second_count_120_730d",) * 2),
}


@cache
def unknowns(column: str) -> tuple[str, ...]:
    """The unknowns that an evidence column is made of; none for a column that is the same in all evidence here."""
    if column == "unit_problems":
        return ()
    if column in ADJUSTED:
        return ("hb", "elevation_adjustment_g_l")
    if column in HISTORY_ATOMS:
        seen = (column, *(part for name in TAKES_IN.get(column, ()) for part in unknowns(name)))
        return tuple(dict.fromkeys((*seen, *(observed_column(domain) for domain in _domains(column)))))
    if column.startswith("follow_up_"):
        return (column, column.replace("follow_up", "observed").removesuffix("_days"))
    name = INPUT_OF.get(column, column)
    if name == "anc":
        return ("anc", "wbc")
    if name == "mcv_inconsistent":
        return ("mcv_inconsistent", "mcv", "mcv_computed_fl")
    if name == "pregnant":
        return ("pregnant", "sex")
    if name == "normal_count_before_treatment":
        return (name, *unknowns("chemotherapy"), *unknowns("radiotherapy"))
    if name in ONLY_WITH:
        return (name, *unknowns(ONLY_WITH[name][1]))
    return (name,)


@cache
def values(unknown: str) -> pl.DataFrame:
    """The values of an unknown, one a row, in the columns it brings."""
    if unknown in INPUTS:
        return _measured(unknown)
    found: Sequence[Any]
    if unknown == "elevation_adjustment_g_l":
        found = ELEVATIONS
    elif unknown.startswith("follow_up_"):
        found = [days for days in CONTEXTS[unknown] if days is not None]
    elif unknown in CONTEXTS or unknown.startswith("hb_best"):
        found = CONTEXTS[unknown.removesuffix("_low").removesuffix("_high")]
    else:
        found = (True, False, None) if unknown.startswith("persistent_") else (True, False)
    return pl.DataFrame({unknown: pl.Series(found, dtype=dtype(unknown))})


def _measured(name: str) -> pl.DataFrame:
    """Nothing, every point, and every interval that a laboratory can send or that bounds can leave."""
    column = INPUTS[name].column
    ends = {end for text in (*VALUES.get(name, ()), *MORE.get(name, ())) for end in interval(text)}
    points = sorted({0.0, *(end for end in ends if 0 <= end < math.inf)})
    points.append(points[-1] + 1)
    rows: list[tuple[float | None, float | None, float | None]] = [(None, None, None)]
    rows += [(point, None, None) for point in points]
    rows += [
        (None, low, high)
        for low in points
        for high in (*points, math.inf)
        if low < high and (low == 0 or high == math.inf or name in BOUNDED_TWICE)
    ]
    return pl.DataFrame(
        rows, schema=dict.fromkeys((column, f"{column}_low", f"{column}_high"), pl.Float64), orient="row"
    )


def with_columns(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Evidence out of unknowns: the columns that are asked for, made of those of their unknowns."""
    made = frame.with_columns(pl.lit(0, dtype=pl.Int64).alias("unit_problems"))
    if "pregnant" in made.columns:
        made = made.with_columns(pl.col("pregnant") & pl.col("sex").ne_missing("male"))
    if "normal_count_before_treatment" in made.columns:
        treated = pl.col("chemotherapy") | pl.col("radiotherapy")
        made = made.with_columns(pl.col("normal_count_before_treatment") & treated)
    for name, (_, other) in ONLY_WITH.items():
        columns_of = [c for c in made.columns if c in columns and INPUT_OF.get(c, c) == name]
        there = pl.col(other) if made.schema.get(other) == pl.Boolean else pl.col(other).is_not_null()
        absent = pl.lit(value=False) if name.startswith("persistent_") else None
        made = made.with_columns(pl.when(there).then(c).otherwise(absent).alias(c) for c in columns_of)
    if set(ADJUSTED) & set(columns):
        less = pl.col("elevation_adjustment_g_l")
        made = made.with_columns(
            (pl.col(c) - less).round(9).alias(c.replace("hb_g_l", "hb_adjusted_g_l")) for c in _columns("hb")
        )
    if {"anc", "wbc"} <= {INPUT_OF.get(c, c) for c in made.columns} and any(
        INPUT_OF.get(c) == "anc" for c in columns
    ):
        made = made.with_columns(_bounded())
    if "mcv_inconsistent" in made.columns:
        apart = (pl.col("mcv_fl") - pl.col("mcv_computed_fl")).abs() / pl.col("mcv_fl") > 0.05
        made = made.with_columns(pl.col("mcv_inconsistent") & apart.fill_null(value=False))
    for column in columns:
        if column in HISTORY_ATOMS:
            made = made.with_columns(_history(column).alias(f"said:{column}"))
        elif column.startswith("follow_up_"):
            observed = column.replace("follow_up", "observed").removesuffix("_days")
            made = made.with_columns(pl.when(observed).then(column).alias(column))
    recorded = [c for c in made.columns if c.startswith("said:")]
    return made.drop([c.removeprefix("said:") for c in recorded]).rename(
        {c: c.removeprefix("said:") for c in recorded}
    )


def _columns(name: str) -> tuple[str, str, str]:
    column = INPUTS[name].column
    return column, f"{column}_low", f"{column}_high"


def _bounded() -> list[pl.Expr]:
    """Neutrophils that were not counted lie between none and the white cells (RULES.md 2.2)."""
    anc, low, high = _columns("anc")
    white, _, white_high = _columns("wbc")
    bound = pl.coalesce(white, white_high)
    uncounted = pl.all_horizontal(pl.col(anc, low).is_null()) & bound.is_not_null()
    return [
        pl.when(uncounted & (bound == 0)).then(0.0).otherwise(anc).alias(anc),
        pl.when(uncounted & (bound > 0)).then(0.0).otherwise(low).alias(low),
        pl.when(uncounted & (bound > 0)).then(bound).otherwise(high).alias(high),
    ]


def _history(atom: str) -> pl.Expr:
    """A code that was seen holds; one that was not is absent only where its domains are observed."""
    seen = pl.any_horizontal(name for name in unknowns(atom) if name in HISTORY_ATOMS)
    observed = pl.all_horizontal(observed_column(domain) for domain in _domains(atom))
    return pl.when(seen).then(pl.lit(value=True)).when(observed).then(pl.lit(value=False))


@cache
def _domains(atom: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(CODE_SETS[set_id].domain for set_id, _, _ in HISTORY_ATOMS[atom].sets))


def dtype(column: str) -> Any:
    """Type of a column of the evidence."""
    if column == "sex":
        return pl.String
    if column.startswith("follow_up_") or column in (
        "trimester", "iron_start_day", "oral_iron_start_day", "oral_iron_supply_days", "first_dose_day", "unit_problems"
    ):  # fmt: skip
        return pl.Int64
    numbers = ("hb_adjusted", "hb_best", "elevation_", "age_years", "mcv_computed_fl")
    return pl.Float64 if column in INPUT_OF or column.startswith(numbers) else pl.Boolean
