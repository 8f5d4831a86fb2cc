"""Extracts cut into the nights on which they came."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date

import polars as pl

AS_OF = date(2026, 6, 30)
Tables = Mapping[str, pl.DataFrame]


def in_nights(tables: Tables, nights: int, seed: int) -> list[dict[str, pl.DataFrame]]:
    """The rows of the tables dealt out at random over some nights, every night with laboratory rows.

    Patients come with the first night: a later row about a patient replaces an earlier one, so their order matters.
    """
    chance = random.Random(seed)
    dealt: list[dict[str, pl.DataFrame]] = [{} for _ in range(nights)]
    for name, rows in tables.items():
        if name in ("patients", "patient_merges"):
            dealt[0][name] = rows
            continue
        number = pl.Series([chance.randrange(nights) for _ in range(rows.height)], dtype=pl.Int64)
        order = list(range(nights))
        chance.shuffle(order)
        for night, part in enumerate(order):
            some = rows.filter(number == part)
            dealt[night][name] = some.sample(fraction=1, shuffle=True, seed=seed)
    return dealt
