"""The truth of conditions at the draws of a bucket, each condition computed once, eight draws to a byte.

Rules share conditions, and the reasons of an unknown ask the same conditions again; as expressions over columns each
use would be computed again.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from transforms.logic import Node

Packed = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]


class Kleene:
    """Three-valued truths of a row of draws: bits that say where it is true, and bits that say where it is false."""

    __slots__ = ("_false", "_true")

    def __init__(self, true: Packed, false: Packed) -> None:
        self._true, self._false = true, false

    def __and__(self, other: Kleene) -> Kleene:
        return Kleene(self._true & other._true, self._false | other._false)

    def __or__(self, other: Kleene) -> Kleene:
        return Kleene(self._true | other._true, self._false & other._false)

    def __invert__(self) -> Kleene:
        return Kleene(self._false, self._true)

    def is_null(self) -> Kleene:
        """Where the truth is unknown; itself never unknown."""
        known = self._true | self._false
        return Kleene(~known, known)

    def eq_missing(self, *, other: bool) -> Kleene:
        """Where the truth is known to be ``other``; itself never unknown."""
        same = self._true if other else self._false
        return Kleene(same, ~same)

    def holds(self, draws: int) -> Bools:
        """Where the truth is true, one a draw."""
        return np.unpackbits(self._true, count=draws, bitorder="little").view(np.bool_)


class DrawTruths:
    """``transforms.logic.Truths`` over verdict columns. Statuses are added as rules are judged."""

    def __init__(self, verdicts: pl.DataFrame) -> None:
        """verdicts: one nullable Boolean column per criterion, named by its id."""
        self.draws = len(verdicts)
        self._columns = kleene_columns(verdicts)
        self._statuses: dict[str, npt.NDArray[np.int8]] = {}
        self._known: dict[Node, Kleene] = {}

    def add_status(self, column: str, status: npt.NDArray[np.int8]) -> None:
        """Make the status of a rule known to the rules that ask for it."""
        self._statuses[column] = status

    def status(self, column: str) -> npt.NDArray[np.int8]:
        """The status of a rule that was judged."""
        return self._statuses[column]

    def column(self, name: str) -> Kleene:
        """The verdict of a criterion."""
        return self._columns[name]

    def reached(self, column: str, least: int) -> Kleene:
        """Whether the status in a column is at least so much."""
        return _always_known(self._statuses[column] >= least)

    def of(self, node: Node) -> Kleene:
        """The truth of a condition."""
        if node not in self._known:
            self._known[node] = node.truth(self)
        return self._known[node]


def kleene_columns(frame: pl.DataFrame) -> dict[str, Kleene]:
    """The columns of a frame of nullable Booleans."""
    true = frame.select(pl.all().fill_null(value=False)).rechunk().to_arrow()
    false = frame.select((~pl.all()).fill_null(value=False)).rechunk().to_arrow()
    return {name: Kleene(_packed(true[name]), _packed(false[name])) for name in frame.columns}


def _packed(column: Any) -> Packed:
    """The bits of an Arrow column of Booleans without nulls; as a rule they are taken as they lie in memory."""
    if not len(column):
        return np.zeros(0, dtype=np.uint8)
    array = column.combine_chunks()
    if array.offset % 8:
        return np.packbits(array.to_numpy(zero_copy_only=False), bitorder="little")
    first = array.offset // 8
    bits = np.frombuffer(array.buffers()[1], dtype=np.uint8)
    return bits[first : first + (len(array) + 7) // 8]


def _always_known(condition: Any) -> Kleene:
    bits = np.packbits(condition, bitorder="little")
    return Kleene(bits, ~bits)
