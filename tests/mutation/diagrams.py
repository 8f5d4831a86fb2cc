"""Decision diagrams: functions of a few unknowns that can be compared by identity.

An unknown has a level and finitely many values, numbered from 0. A diagram is a number, or a fork with one diagram for each
value of its unknown; forks on lower levels come first on every path. Equal functions are one object, so that two conditions
are the same exactly if their diagrams are. Truths are the numbers FALSE, UNKNOWN, TRUE: Kleene's "and" is the smaller,
"or" the larger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

FALSE, UNKNOWN, TRUE = 0, 1, 2
MOST_FORKS = 400_000  # a comparison that needs more is given up


class GivenUpError(Exception):
    """The diagrams become too large."""


class Fork:
    """A diagram that depends on an unknown. Made by ``Diagrams.fork`` only, once for each content."""

    __slots__ = ("children", "level")

    def __init__(self, level: int, children: tuple[Diagram, ...]) -> None:
        self.level, self.children = level, children


Diagram = int | Fork


class Diagrams:
    """The diagrams over one order of unknowns, and what was made of them already."""

    def __init__(self) -> None:
        self._forks: dict[tuple[int, tuple[Diagram, ...]], Fork] = {}
        self._done: dict[tuple[Any, ...], Diagram] = {}

    def fork(self, level: int, children: tuple[Diagram, ...]) -> Diagram:
        """The function that is so much at each value of the unknown of a level."""
        if all(child is children[0] for child in children):
            return children[0]
        found = self._forks.get((level, children))
        if found is None:
            if len(self._forks) > MOST_FORKS:
                raise GivenUpError
            found = self._forks[level, children] = Fork(level, children)
        return found

    def least(self, one: Diagram, other: Diagram) -> Diagram:
        """Both: the smaller truth everywhere."""
        if one is FALSE or other is FALSE:
            return FALSE
        if one is TRUE or one is other:
            return other
        if other is TRUE:
            return one
        if isinstance(one, int) and isinstance(other, int):
            return min(one, other)
        return self._everywhere("least", self.least, one, other)

    def most(self, one: Diagram, other: Diagram) -> Diagram:
        """Either: the larger truth everywhere."""
        if one is TRUE or other is TRUE:
            return TRUE
        if one is FALSE or one is other:
            return other
        if other is FALSE:
            return one
        if isinstance(one, int) and isinstance(other, int):
            return max(one, other)
        return self._everywhere("most", self.most, one, other)

    def combined(self, name: str, rule: Callable[[int, int], int], one: Diagram, other: Diagram) -> Diagram:
        """``rule`` of both numbers everywhere. name: says which rule it is."""
        if isinstance(one, int) and isinstance(other, int):
            return rule(one, other)
        return self._everywhere(name, partial(self.combined, name, rule), one, other)

    def _everywhere(
        self, name: str, again: Callable[[Diagram, Diagram], Diagram], one: Diagram, other: Diagram
    ) -> Diagram:
        key = (name, one, other)
        if key not in self._done:
            level = min(item.level for item in (one, other) if isinstance(item, Fork))
            parts = zip(*(_below(item, level) for item in (one, other)), strict=False)
            self._done[key] = self.fork(level, tuple(again(a, b) for a, b in parts))
        return self._done[key]

    def mapped(self, name: str, rule: Callable[[int], int], one: Diagram) -> Diagram:
        """``rule`` of the number everywhere. name: says which rule it is."""
        if isinstance(one, int):
            return rule(one)
        key = (name, one)
        if key not in self._done:
            self._done[key] = self.fork(
                one.level, tuple(self.mapped(name, rule, child) for child in one.children)
            )
        return self._done[key]


def apart(one: Diagram, other: Diagram) -> dict[int, int] | None:
    """A value of some unknowns, by level, at which two diagrams differ; None if they are the same."""
    if one is other:
        return None
    if isinstance(one, int) and isinstance(other, int):
        return {}
    level = min(item.level for item in (one, other) if isinstance(item, Fork))
    pairs = zip(_below(one, level), _below(other, level), strict=False)
    for value, (a, b) in enumerate(pairs):
        # diagrams that are not the same differ somewhere, so this never looks in vain twice
        rest = apart(a, b)
        if rest is not None:
            return {level: value, **rest}
    raise AssertionError


def _below(diagram: Diagram, level: int) -> Iterator[Diagram]:
    """What becomes of a diagram at each value of the unknown of a level; the same for ever where it does not ask."""
    if isinstance(diagram, Fork) and diagram.level == level:
        yield from diagram.children
        return
    while True:
        yield diagram
