"""Words of an explanation for a result, a code on record, another blood count, and their days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flows.plain_words import YES_OR_NO, input_words
from schemas.evidence import INPUTS

Row = Mapping[str, Any]

VERDICTS = {True: "yes", False: "no", None: "not known"}
_UNITLESS = {"1", ""}


def is_result(item: Row) -> bool:
    """Age, codes and coverage are inputs too, but no test that could have been measured."""
    return item["input"] in INPUTS or item["value"] is not None


def value_words(item: Row) -> str:
    """``ferritin 12 ug/L on 3 May 2026 (received as "12 ng/mL")``, or that there is no such value."""
    title = input_words(safe(item["input"]))
    name = title.removesuffix(YES_OR_NO)
    if item["value"] is None and item["source_value"] is None and item["collected_at"] is not None:
        return f"{name} has no exact number{_on(item)}"
    if item["value"] is None and item["source_value"] is None:
        return f"{name} not measured, or not usable"
    received = " ".join(safe(text) for text in (item["source_value"], item["source_unit"]) if text)
    if item["value"] is None:
        return f'{name} received as "{received}"{_on(item)}'
    unit = "" if (item["unit"] or "") in _UNITLESS else f" {safe(item['unit'])}"
    value = f"{_number(item['value'])}{unit}" if name == title else VERDICTS[item["value"] == 1]
    source = f' (received as "{received}")' if received and received != value else ""
    return f"{name} {value}{_on(item)}{source}"


def _on(item: Row) -> str:
    return f" on {day_words(item['collected_at'])}" if item["collected_at"] else ""


def event_words(event: Row) -> str:
    """``ATC L04AX03 (methotrexate) from 3 May 2026 to 1 June 2026``: the days for which the event counts."""
    name = f" ({safe(event['display'])})" if event["display"] else ""
    start, end = day_words(event["start"]), day_words(event["end"])
    days = f"of {start}" if start == end else f"from {start} to {end}"
    return f"{safe(event['code_system'])} {safe(event['code'])}{name} {days}"


def cutoff_words(cutoff: Row) -> str:
    """``cut-off here: 120 g/L``, with the adjusted hemoglobin where elevation changed it."""
    ends = dict.fromkeys(_number(cutoff[end]) for end in ("lowest", "highest"))
    adjusted = cutoff["adjusted"]
    moved = "" if adjusted is None else f", hemoglobin adjusted {_number(adjusted)} g/L"
    return f"cut-off here: {' or '.join(ends)} g/L{moved}"


def other_counts_words(others: Row, verdict: bool | None) -> str:  # noqa: FBT001  a verdict is a value like others
    """Which other blood count meets the criterion, or that none does."""
    found = others["found"]
    if found:
        results = ", ".join(_value_of(item, found) for item in found["results"] if item["collected_at"])
        return f"that of {day_words(found['collected_at'])}{specimen_words(found)}" + (
            f": {results}" if results else ""
        )
    if not others["counted"]:
        return "there is no such blood count"
    known = "" if verdict is False else ", as far as is known"
    which = "only blood count" if others["counted"] == 1 else f"{others['counted']:,} blood counts"
    return f"not in the {which} of those days{known}"


def _value_of(item: Row, count: Row) -> str:
    """A result of another blood count, with its day where that is another one."""
    same_day = item["collected_at"][:10] == count["collected_at"][:10]
    when = {"collected_at": None} if same_day and item["value"] is not None else {}
    return value_words({**item, "source_value": None, "source_unit": None, **when})


def safe(text: object) -> str:
    """Text without control characters (escape sequences in a result must not drive a terminal)."""
    return "".join(character if character.isprintable() else " " for character in str(text))


def _number(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return safe(value)
    return f"{value:.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


def specimen_words(draw: Row) -> str:
    """The specimen of a blood count in brackets; nothing where it has none."""
    return f" (specimen {safe(draw['specimen_id'])})" if draw["specimen_id"] else ""


def day_words(text: str) -> str:
    """An ISO date or moment as ``3 May 2026``."""
    moment = date.fromisoformat(text[:10])
    return f"{moment.day} {moment:%B %Y}"


def moment_words(text: str) -> str:
    """An ISO moment as ``3 May 2026, 08:15``."""
    moment = datetime.fromisoformat(text)
    return f"{moment.day} {moment:%B %Y}, {moment:%H:%M}"
