"""Names of an extract's columns in what is said outside the data.

Where the end of the first line is lost, the first row is part of it and its cells are names of columns. So a name that
no table has is repeated only if it is made of words, and none is if one of them begins like a number or a date.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

_WORDS = re.compile(r"[^\W\d_][^\W\d]{0,39}(?:[ .-][^\W\d]{1,39}){0,4}")
_DATUM = re.compile(r"[-+<>=]?\d")


def names_to_show(names: Sequence[str], declared: Collection[str]) -> list[str]:
    """Those of the names that may be repeated, in their order.

    declared: names of the table's own columns. One of a stratum is not among them: what follows its beginning is free.
    """
    strange = [name for name in names if name.strip().lower() not in declared]
    data = any(_DATUM.match(name.strip()) for name in strange)
    return [
        name
        for name in names
        if name.strip().lower() in declared or (not data and _WORDS.fullmatch(name.strip()))
    ]


def listed(names: Sequence[str], total: int, most: int) -> str:
    """The first of these names and how many columns there are besides, empty where there is nothing to say."""
    shown = list(names[:most])
    rest = total - len(shown)
    if not shown:
        return ""
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


def separator_hint(header: Sequence[str]) -> str:
    """A sentence, with a blank before it, about what separates fields or lines instead; empty if nothing seems to."""
    line = ",".join(header)
    for mark, what in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if line.count(mark) >= max(2, len(header)):
            return f" The fields look separated by {what}; commas are needed."
    return " The lines end in carriage returns alone; line feeds are needed." if "\r" in line else ""
