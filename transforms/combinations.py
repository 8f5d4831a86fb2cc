"""Lists of texts that are few combinations over many rows: each combination is written once, the rows point at it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import polars as pl

Numbers = npt.NDArray[np.int64]
TEXTS = pl.List(pl.String)


class Combinations:
    """Lists of texts and their places."""

    def __init__(self) -> None:
        self._lists: list[list[str]] = []

    def places(self, codes: Numbers, write: Callable[[int], list[str]]) -> Numbers:
        """Place of the list of each code; ``write`` gives the list of a code."""
        distinct, places = np.unique(codes, return_inverse=True)
        first = len(self._lists)
        self._lists += [write(code) for code in distinct.tolist()]
        return places + first

    def gather(self, places: Numbers) -> pl.Series:
        """The lists at the places, as List(String)."""
        return pl.Series(self._lists, dtype=TEXTS).gather(places)


def raised(frame: pl.DataFrame, conditions: dict[str, pl.Expr]) -> pl.Series:
    """Names of the conditions that hold on each row, in their order, as List(String); null where none does.

    conditions: Boolean expressions over the columns of the frame, by name; at most 63, for each has a bit of an Int64.
    """
    mask = pl.sum_horizontal(
        [
            condition.fill_null(value=False).cast(pl.Int64) * (1 << bit)
            for bit, condition in enumerate(conditions.values())
        ]
    )
    names = list(conditions)
    distinct, places = np.unique(frame.select(mask).to_series().to_numpy(), return_inverse=True)
    written = [
        [name for bit, name in enumerate(names) if code >> bit & 1] or None for code in distinct.tolist()
    ]
    return pl.Series(written, dtype=TEXTS).gather(places)
