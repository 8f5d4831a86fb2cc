"""The site code map: a CSV in which a person says which analyte a code of the site stands for.

``docs/codes.md`` is its manual. A proposal (`hemacohort codes review`) has the same columns and some more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

ACCEPT_WORDS: Mapping[str, bool] = {"yes": True, "y": True, "no": False, "n": False}
NO_UNIT = "none"  # as a condition: the row has no unit; an empty condition asks nothing
CONDITIONS = ("specimen", "name", "unit", "site")
REQUIRED = ("code_system", "code", "analyte")
COLUMNS: Mapping[str, str] = {
    "accept": "yes: the line is in force; no: it was refused and is not proposed again",
    "code_system": "code system as sent; empty or local: the site's own",
    "code": "code as sent",
    "specimen": "only rows of this specimen (blood, serum, urine); empty: any",
    "name": "only rows with this name; empty: any",
    "unit": "only rows with this unit, none: rows without one; empty: any",
    "site": "only rows of this site; empty: any",
    "analyte": "what is measured: an analyte id of the rule reference, or its LOINC code",
    "default_unit": "unit of rows that come without one; empty: none",
    "accepted_by": "who decided",
    "accepted_on": "when, YYYY-MM-DD",
    "note": "anything worth knowing later",
}
"""Columns of the code map and what they say."""

PROPOSED: Mapping[str, str] = {
    "rows": "rows that the last night ignored",
    "values": "middle half and median of their values, as sent",
    "score": "how well name, unit and values fit, 0 to 1; a suggestion, not a probability",
    "reason": "what the suggestion rests on",
}
"""Columns that only a proposal has; in a code map they are passed over."""

CODE_MAP: Mapping[str, Any] = {
    "line": pl.Int64,
    **dict.fromkeys((name for name in COLUMNS if name != "accept"), pl.String),
    "accepted": pl.Boolean,
}
"""The code map as a night used it (``reference.code_map``)."""


@dataclass(frozen=True)
class MapLine:
    """One line of the code map, blanks trimmed. analyte: an analyte id, empty where a refused line names none."""

    line: int
    accepted: bool
    code_system: str
    code: str
    specimen: str
    name: str
    unit: str
    site: str
    analyte: str
    default_unit: str
    accepted_by: str
    accepted_on: str
    note: str

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions that ask something."""
        return tuple(name for name in CONDITIONS if getattr(self, name))
