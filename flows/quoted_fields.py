"""The quoted fields of a CSV file that has few of them, looked at one by one in its bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

FEW = 500_000  # quotes; with more of them it is faster to let Polars read the file once
PIECE = 1 << 22  # bytes at a time; a file mapped as a whole would count as memory, all of it
_QUOTE, _COMMA, _LINE = b'"', b",", b"\n"
_BEFORE, _AFTER = (b",", b"\n"), (b",", b"\n", b"\r\n", b"")


def commas_in_fields(path: Path, quotes: int) -> int | None:
    """Number of commas inside quoted fields, so that every other comma of the file separates two fields.

    quotes: how many quotes the file holds. None where that cannot be told simply: too many quotes, a packed file, a
    quote that does not open or close a whole field, or a field with a line end or a quote in it.
    """
    if quotes > FEW or path.name.lower().endswith(".gz"):
        return None
    inside = 0
    for lines in _whole_lines(path):
        held = _commas_in_fields_of(lines)
        if held is None:
            return None
        inside += held
    return inside


def _whole_lines(path: Path) -> Iterator[bytes]:
    rest: list[bytes] = []
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            end = piece.rfind(_LINE) + 1
            if end:
                yield b"".join((*rest, piece[:end]))
                rest = []
            rest.append(piece[end:])
    yield b"".join(rest)


def _commas_in_fields_of(lines: bytes) -> int | None:
    inside = 0
    opened = lines.find(_QUOTE)
    while opened >= 0:
        closed = lines.find(_QUOTE, opened + 1)
        if closed < 0 or (opened > 0 and lines[opened - 1 : opened] not in _BEFORE):
            return None
        field, after = lines[opened + 1 : closed], lines[closed + 1 : closed + 3]
        if _LINE in field or (after[:1] not in _AFTER and after not in _AFTER):
            return None
        inside += field.count(_COMMA)
        opened = lines.find(_QUOTE, closed + 1)
    return inside
