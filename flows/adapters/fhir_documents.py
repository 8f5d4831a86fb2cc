"""The resources in a JSON document: one resource, a Bundle or an array of them, or several after each other.

Python's own JSON scanner finds where each value ends; what is handed on is the text as it stands, so that numbers
keep their digits, and the line on which it begins.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_blanks = re.compile(r"[ \t\r\n]*").match
_scan = json.JSONDecoder().raw_decode
_SHOWN = 10_000  # characters of a broken document that are kept


@dataclass(frozen=True)
class ResourceText:
    """The JSON of a resource, the line it begins on, and the address that a Bundle gives it."""

    text: str
    line: int
    full_url: str | None = None


def resources(document: str) -> Iterator[ResourceText]:
    """The resources of a document in order. What is broken comes as a text of its own, and nothing follows it."""
    cursor = Cursor(document)
    line, counted = 1, 0
    while cursor.here():
        start = cursor.at
        found: list[tuple[int, int, str | None]] = []
        try:
            _read(cursor, found)
        except (ValueError, StopIteration, RecursionError):
            begins = max((stop for _, stop, _ in found), default=start)
            found.append((begins, begins + _SHOWN, None))
            cursor.at = len(document)
        for begins, stop, full_url in found:
            line += document.count("\n", counted, begins)
            counted = begins
            yield ResourceText(document[begins:stop], line, full_url)


def _read(cursor: Cursor, found: list[tuple[int, int, str | None]]) -> None:
    """Add begin, end and address of every resource in the value at the cursor, which moves past it."""
    if cursor.here() == "[":
        for _ in cursor.elements():
            _read(cursor, found)
        return
    start = cursor.at
    bundled = len(found)
    for key in cursor.members():
        if key == "entry" and cursor.here() == "[":
            for _ in cursor.elements():
                _read_entry(cursor, found)
        else:
            cursor.value()
    if len(found) == bundled:  # it bundles nothing, so it is a resource itself
        found.append((start, cursor.at, None))


def _read_entry(cursor: Cursor, found: list[tuple[int, int, str | None]]) -> None:
    full_url, span = None, None
    for key in cursor.members():
        begins = cursor.at
        value = cursor.value()
        if key == "resource" and isinstance(value, dict) and value.get("resourceType") == "Bundle":
            cursor.at = begins  # the answers to a batch are Bundles in a Bundle
            _read(cursor, found)
        elif key == "resource":
            span = (begins, cursor.at)
        elif key == "fullUrl" and isinstance(value, str):
            full_url = value
    if span is not None:
        found.append((*span, full_url))


class Cursor:
    """A place in a JSON document. Raises ValueError or StopIteration where the document breaks."""

    def __init__(self, document: str) -> None:
        self.document = document
        self.at = 0

    def here(self) -> str:
        """The next character that is not a blank, empty at the end."""
        match = _blanks(self.document, self.at)
        self.at = match.end() if match else self.at
        return self.document[self.at : self.at + 1]

    def value(self) -> Any:
        """The value at the cursor, which moves past it."""
        value, self.at = _scan(self.document, self.at)
        return value

    def members(self) -> Iterator[str]:
        """The keys of the object at the cursor; at each, whoever asks has to move past the value."""
        for _ in self._items("{", "}"):
            key = self.value()
            self._pass(":")
            self.here()
            yield key

    def elements(self) -> Iterator[None]:
        """Each element of the array at the cursor; whoever asks has to move past it."""
        yield from self._items("[", "]")

    def _items(self, opening: str, closing: str) -> Iterator[None]:
        self._pass(opening)
        if self.here() == closing:
            self.at += 1
            return
        while True:
            self.here()
            yield
            if self.here() == closing:
                self.at += 1
                return
            self._pass(",")

    def _pass(self, mark: str) -> None:
        if self.here() != mark:
            raise ValueError(mark)
        self.at += 1
