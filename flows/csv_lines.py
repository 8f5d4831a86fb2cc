"""The lines of a CSV file as exact records: each keeps its physical line, and a broken line harms no other.

For what the fast reader cannot be trusted with: fields with line ends in them, blank lines, lines with too few or too
many fields, quotes in odd places.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from gzip import GzipFile
from io import BufferedReader
from pathlib import Path

from flows.file_probe import open_text_bytes

RECORD_LINES = 1_000  # a quote that is still open after so many lines was never meant to be closed
RECORD_CHARACTERS = 100_000  # below the csv module's own field limit
CHUNK_ROWS = 100_000
_BARE_RETURN = "\ue000"  # stands for a carriage return inside a field, which the csv module would refuse


@dataclass(frozen=True)
class Record:
    """One record: line on which it starts, its fields, and its text if the fields do not fit the header."""

    line: int
    fields: list[str]
    ragged: str | None = None


def read_header(path: Path, separator: str = ",") -> list[str]:
    """Names in the first line, without blanks around them; empty if the line is blank."""
    with open_text_bytes(path) as handle:
        text = handle.readline().decode("utf-8").lstrip("\ufeff").rstrip("\r\n")
    if not text.strip():
        return []
    try:
        return [name.strip() for name in next(csv.reader([text], delimiter=separator))]
    except csv.Error:
        return [text]


def records(path: Path, width: int, separator: str = ",") -> Iterator[Record]:
    """Every record after the header; blank lines are no records.

    A line that does not hold ``width`` fields is a ragged record on its own: where an opened quote swallows lines and
    the result does not fit, only the first of these lines is given up and reading resumes at the second.
    """
    with open_text_bytes(path) as handle:
        handle.readline()
        line = 1
        ahead: list[str] = []
        while True:
            if not ahead:
                following = handle.readline()
                if not following:
                    return
                ahead.append(following.decode("utf-8"))
            text = ahead.pop(0)
            line += 1
            if not text.strip():
                continue
            if '"' not in text:
                fields = text.rstrip("\r\n").split(separator)
                yield Record(line, fields) if len(fields) == width else _ragged(line, text)
                continue
            found, still_open = _parse(text, separator)
            used = 0
            if still_open:
                found, used = _continue(text, ahead, handle, width, separator)
            if found is None or len(found) != width:
                yield _ragged(line, text)
                continue
            yield Record(line, found)
            del ahead[:used]
            line += used


def _continue(
    text: str, ahead: list[str], handle: GzipFile | BufferedReader, width: int, separator: str
) -> tuple[list[str] | None, int]:
    """Fields of a record that goes on over following lines, and how many of these it used; None if none fits."""
    joined = text
    used = 0
    while used < RECORD_LINES and len(joined) < RECORD_CHARACTERS:
        if used == len(ahead):
            following = handle.readline()
            if not following:
                return None, 0
            ahead.append(following.decode("utf-8"))
        joined += ahead[used]
        used += 1
        if ahead[used - 1].count('"') % 2 == 0:
            continue  # still open: a record with an open quote cannot end on a line with paired quotes
        found, still_open = _parse(joined, separator)
        if found is not None and len(found) == width:
            return found, used
        if not still_open:
            return None, 0
    return None, 0


def _parse(text: str, separator: str) -> tuple[list[str] | None, bool]:
    """Fields of a text that should be one record (None if malformed), and whether a quote is still open."""
    body = text.rstrip("\r\n")
    try:
        rows = list(csv.reader([body.replace("\r", _BARE_RETURN)], delimiter=separator, strict=True))
    except csv.Error as error:
        return None, "unexpected end" in str(error)
    if len(rows) != 1:
        return None, False
    return [field.replace(_BARE_RETURN, "\r") for field in rows[0]], False


def _ragged(line: int, text: str) -> Record:
    return Record(line, [], text.rstrip("\r\n"))
