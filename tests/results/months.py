"""Results of a month without a unit, and what is decided about them."""

from __future__ import annotations

import random

import polars as pl

from transforms.missing_units import (
    READ,
    decide_units,
    silent,
    tally_missing,
    without_unit,
)

Row = dict[str, str | None]


MONTH = "2026-03"


def month_of(
    analyte: str, middle: float, *, count: int = 60, site: str = "north", spread: float = 0.15
) -> list[Row]:
    """Results of one month without a unit, each of another patient, spread around a median."""
    dice = random.Random(7)
    numbers = [middle * dice.uniform(1 - spread, 1 + spread) for _ in range(count - 1)] + [middle]
    return [
        {
            "patient_id": f"P{number}",
            "collected_at": f"{MONTH}-{number % 28 + 1:02d} 08:00:00",
            "code_system": "hemacohort",
            "code": analyte,
            "unit": None,
            "value": f"{value:.6g}",
            "site": site,
        }
        for number, value in enumerate(numbers)
    ]


def tallied(raw: pl.DataFrame) -> pl.DataFrame:
    return tally_missing(without_unit(raw, timezone="UTC"))


def decisions(rows: list[Row]) -> pl.DataFrame:
    raw = pl.DataFrame(rows, schema=dict.fromkeys(READ, pl.String))
    raw = raw.filter(pl.col("unit").is_in(silent(raw["unit"]), nulls_equal=True))
    return decide_units(tallied(raw))
