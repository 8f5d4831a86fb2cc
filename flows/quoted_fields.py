"""The quoted fields of a CSV file that has few of them, looked at one by one in its bytes."""

from __future__ import annotations

import mmap
from pathlib import Path

FEW = 500_000  # quotes; with more of them it is faster to let Polars read the file once
_QUOTE, _COMMA, _LINE = b'"', b",", b"\n"
_BEFORE, _AFTER = (b",", b"\n"), (b",", b"\n", b"\r\n", b"")


def commas_in_fields(path: Path, quotes: int) -> int | None:
    """Number of commas inside quoted fields, so that every other comma of the file separates two fields.

    quotes: how many quotes the file holds. None where that cannot be told simply: too many quotes, a packed file, a
    quote that does not open or close a whole field, or a field with a line end or a quote in it.
    """
    if quotes > FEW or path.name.endswith(".gz"):
        return None
    inside = 0
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        opened = data.find(_QUOTE)
        while opened >= 0:
            closed = data.find(_QUOTE, opened + 1)
            if closed < 0 or (opened > 0 and data[opened - 1 : opened] not in _BEFORE):
                return None
            field, after = data[opened + 1 : closed], data[closed + 1 : closed + 3]
            if _LINE in field or (after[:1] not in _AFTER and after not in _AFTER):
                return None
            inside += field.count(_COMMA)
            opened = data.find(_QUOTE, closed + 1)
    return inside
