"""Extracts cut into the nights on which they came."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date

import polars as pl

AS_OF = date(2026, 6, 30)
LATE = 0.02  # share of the rows that come in another night than the others of their day
Tables = Mapping[str, pl.DataFrame]


def in_nights(
    tables: Tables, nights: int, seed: int, *, whole_days: bool = False
) -> list[dict[str, pl.DataFrame]]:
    """The rows of the tables dealt out at random over some nights, every night with laboratory rows.

    Patients come with the first night: a later row about a patient replaces an earlier one, so their order matters.
    whole_days: nearly all laboratory rows of one day of a patient come in one night.
    """
    chance = random.Random(seed)
    dealt: list[dict[str, pl.DataFrame]] = [{} for _ in range(nights)]
    for name, rows in tables.items():
        if name in ("patients", "patient_merges"):
            dealt[0][name] = rows
            continue
        number = pl.Series([chance.randrange(nights) for _ in range(rows.height)], dtype=pl.Int64)
        if whole_days and name == "lab_results":
            of_day = (
                rows.select("patient_id", pl.col("collected_at").str.slice(0, 10)).hash_rows(seed) % nights
            )
            late = pl.Series([chance.random() < LATE for _ in range(rows.height)])
            number = pl.select(pl.when(late).then(number).otherwise(of_day.cast(pl.Int64))).to_series()
        order = list(range(nights))
        chance.shuffle(order)
        for night, part in enumerate(order):
            share = rows.filter(number == part)
            dealt[night][name] = share.sample(fraction=1, shuffle=True, seed=seed)
    return dealt
