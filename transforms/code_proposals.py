"""Lines of a code map that a person may accept: the codes of a night and what each may be.

A proposed line asks for the specimen and the unit that were seen, and for the name and the site too where the rows of a
code would otherwise not all be suggested the same: a yes covers what the person saw, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from schemas.code_map import COLUMNS, CONDITIONS, NO_UNIT
from transforms.code_map import CodeMap, code_key, compared, line_for
from transforms.units import is_missing

_STEPS = (("specimen", "unit"), ("specimen", "unit", "name"), CONDITIONS)
Row = Mapping[str, Any]


def proposals(summary: pl.DataFrame, code_map: CodeMap, *, everything: bool = False) -> list[dict[str, Any]]:
    """Cells of the proposed lines (``schemas.code_map`` COLUMNS and PROPOSED), those of the most rows first.

    summary: ``schemas.tables.UNMAPPED_SUMMARY``. Rows that the map has mapped meanwhile are left out. everything: also
    lines without an analyte, for codes for which nothing is suggested.
    """
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in summary.iter_rows(named=True):
        if line_for(code_map.lines_of(row["code_system"], row["code"], row["unit"]), row) is None:
            groups.setdefault(code_key(row["code_system"], row["code"]), []).append(row)
    found: list[dict[str, Any]] = []
    for rows in groups.values():
        seen: set[tuple[str, ...]] = set()
        for one in rows:
            if one["suggested"] is None and not everything:
                continue
            asked, covered = _narrow_enough(one, rows)
            key = tuple(compared(name, asked[name]) if asked[name] else "" for name in CONDITIONS)
            if covered and key not in seen:
                seen.add(key)
                found.append(_cells(asked, covered))
    return sorted(found, key=lambda cells: -cells["rows"])


def _narrow_enough(row: Row, rows: Sequence[Row]) -> tuple[Mapping[str, str], list[Row]]:
    """Conditions under which all rows of the code are suggested the same as this one, and those rows; none if none."""
    asked: dict[str, str] = {}
    for names in _STEPS:
        asked = {name: (row[name] or "") if name in names else "" for name in CONDITIONS}
        if is_missing(row["unit"]):
            asked["unit"] = NO_UNIT
        covered = [other for other in rows if _meets(other, asked)]
        if all(other["suggested"] == row["suggested"] for other in covered):
            return asked, covered
    return asked, []


def _meets(row: Row, asked: Mapping[str, str]) -> bool:
    return all(not text or compared(name, text) == compared(name, row[name]) for name, text in asked.items())


def _cells(asked: Mapping[str, str], rows: Sequence[Row]) -> dict[str, Any]:
    most = max(rows, key=lambda row: row["rows"])
    return {
        **dict.fromkeys(COLUMNS, ""),
        **asked,
        "code_system": most["code_system"] or "",
        "code": (most["code"] or "").strip(),
        "name": asked["name"],
        "analyte": most["suggested"] or "",
        "rows": sum(row["rows"] for row in rows),
        "values": _values(most),
        "score": "" if most["score"] is None else f"{most['score']:.2f}",
        "reason": _reason(most, rows),
    }


def _values(row: Row) -> str:
    if row["median"] is None:
        return ""
    return f"{row['p25']:g} to {row['p75']:g}, median {row['median']:g} {row['unit'] or ''}".rstrip()


def _reason(most: Row, rows: Sequence[Row]) -> str:
    """What the suggestion rests on, the names and sites of the rows, and what else it may be."""
    parts = [most["reason"]] if most["reason"] else []
    for what in ("name", "site"):
        texts = sorted({row[what] for row in rows if row[what]})
        if texts:
            shown = ", ".join(texts[:5]) + (f" and {len(texts) - 5} more" if len(texts) > 5 else "")
            parts.append(f"{what}{'s' if len(texts) > 1 else ''}: {shown}")
    if most["others"]:
        parts.append(f"or perhaps {', '.join(most['others'])}")
    return "; ".join(parts)
