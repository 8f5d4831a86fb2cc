"""Inferred units applied: to results without a unit from their site's month, and taken back where nobody wants any."""

from __future__ import annotations

import polars as pl

from schemas.flags import FLAG_BITS, MISSING_MASK
from transforms.conversion import to_intervals
from transforms.misplaced_values import WITHOUT_UNIT, with_units
from transforms.missing_units import GROUP, month, site

_INFERRED_BY_VALUE = {"HB_UNIT_INFERRED": "HB_UNIT_AMBIGUOUS", "NEUT_UNIT_INFERRED": "UNIT_MISSING"}
_AMBIGUOUS = FLAG_BITS["HB_UNIT_AMBIGUOUS"]


def infer_units(
    rows: pl.DataFrame, pairs: pl.DataFrame, units: pl.DataFrame
) -> tuple[pl.Series, pl.DataFrame]:
    """Pair of each row and the pairs, where rows without a unit have been given that of their month and are flagged.

    rows: (n) pair (position in ``pairs``), site, analyte, at. units: as of ``transforms.missing_units.decide_units``.
    """
    if units.is_empty():
        return rows["pair"], pairs
    lacking = pairs["flags"].gather(rows["pair"]) & WITHOUT_UNIT != 0
    return with_units(rows["pair"], pairs, _of_month(lacking, rows, units), "UNIT_INFERRED")


def infer_hemoglobins(rows: pl.DataFrame, pairs: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """The rows, with the unit of hemoglobins inferred from their month where nothing else gave it away.

    rows: (n) pair, site, analyte, at, text, labeled, number, low, high, flags and usable. pairs: as of
    ``transforms.codes.pair_rows``. units: as in ``infer_units``. Value and red cells of the day go first.
    """
    if units.is_empty():
        return rows
    unit = _of_month((rows["flags"] & _AMBIGUOUS != 0) & rows["labeled"].is_null(), rows, units)
    if unit.null_count() == len(unit):
        return rows
    places = unit.is_not_null().arg_true()
    asked = rows[places]
    pair, pairs = with_units(asked["pair"], pairs, unit.drop_nulls(), "HB_UNIT_INFERRED")
    values = to_intervals(pairs, pair, asked["text"])
    flags = values["flags"] | (asked["flags"] & ~_AMBIGUOUS)  # what was flagged beside the unit stays
    changed = values.select("number", "low", "high").with_columns(
        flags=flags, usable=flags & MISSING_MASK == 0
    )
    return rows.with_columns(rows[name].scatter(places, changed[name]) for name in changed.columns)


def without_inference() -> pl.Expr:
    """Flags where no unit may be inferred, not even from the value itself (RULES.md 1.7): it is missing then."""
    flags = pl.col("flags")
    for by_value, missing in _INFERRED_BY_VALUE.items():
        inferred = (flags & FLAG_BITS[by_value] != 0) & pl.col("labeled").is_null()
        flags = pl.when(inferred).then((flags & ~FLAG_BITS[by_value]) | FLAG_BITS[missing]).otherwise(flags)
    return flags


def _of_month(asked: pl.Series, rows: pl.DataFrame, units: pl.DataFrame) -> pl.Series:
    """(n) unit inferred for the site, analyte and month of the rows that are asked about; null elsewhere."""
    found = pl.repeat(None, rows.height, dtype=pl.String, eager=True)
    decided = units.filter(pl.col("outcome") == "inferred").select(*GROUP, inferred="unit")
    if decided.is_empty() or not asked.any():
        return found
    groups = rows.filter(asked).select(site(), "analyte", month("at").alias("month"))
    inferred = groups.join(decided, on=GROUP, how="left", maintain_order="left")["inferred"]
    return found.scatter(asked.arg_true(), inferred)
