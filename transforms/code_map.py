"""What a site's code map says about a row: which analyte its code stands for, and in which unit.

Only lines that a person accepted count. Of several lines that fit a row the one with the most conditions applies;
lines of which neither includes the other's conditions must not contradict each other (:func:`problems`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from schemas.analytes import ANALYTES, LOINC, LOINC_NAMES, OWN_CODES, analyte_of
from schemas.code_map import CONDITIONS, NO_UNIT, MapLine
from transforms.unit_texts import clean
from transforms.units import is_missing, resolve

LOCAL = "local"


@dataclass(frozen=True)
class CodeMap:
    """The lines of a code map in their order, accepted and refused ones."""

    lines: tuple[MapLine, ...] = ()
    _by_code: dict[tuple[str, str], tuple[MapLine, ...]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        for line in sorted((x for x in self.lines if x.accepted), key=lambda x: (-len(x.conditions), x.line)):
            key = code_key(line.code_system, line.code)
            self._by_code[key] = (*self._by_code.get(key, ()), line)

    def lines_of(self, code_system: str | None, code: str | None, unit: str | None) -> tuple[MapLine, ...]:
        """Accepted lines that a row of this code and unit may fit, those with the most conditions first."""
        lines = self._by_code.get(code_key(code_system, code), ())
        return tuple(line for line in lines if _fits("unit", line.unit, unit))


NO_MAP = CodeMap()


def line_for(lines: Iterable[MapLine], row: Mapping[str, Any]) -> MapLine | None:
    """The line that applies to a row (its specimen, name and site), None if none does. lines: as of ``lines_of``."""
    fitting = (
        line
        for line in lines
        if all(_fits(name, getattr(line, name), row[name]) for name in CONDITIONS if name != "unit")
    )
    return next(fitting, None)


def code_key(code_system: str | None, code: str | None) -> tuple[str, str]:
    """A code as code maps compare it: blanks trimmed, the system without regard to case, empty being local."""
    system = (code_system or "").strip().lower() or LOCAL
    return ("loinc" if system in LOINC_NAMES else system), (code or "").strip()


def analyte_named(text: str) -> str | None:
    """Analyte id that a cell of the map names: an id, another name of RULES.md or a LOINC code; None if none."""
    return OWN_CODES.get(text.strip().lower()) or LOINC.get(text.strip())


def compared(name: str, text: str | None) -> str:
    """A condition's text as it is compared: case counts in a unit and a site only."""
    words = " ".join((text or "").split())
    if name == "unit":
        return NO_UNIT if is_missing(text) else clean(words)
    return words if name == "site" else words.casefold()


def _fits(name: str, wanted: str, text: str | None) -> bool:
    return not wanted or compared(name, wanted) == compared(name, text)


def same_question(one: MapLine, other: MapLine) -> bool:
    """Whether two lines ask the same: this analyte for the same rows."""
    codes = [code_key(line.code_system, line.code) for line in (one, other)]
    return codes[0] == codes[1] and _asked(one) == _asked(other) and one.analyte == other.analyte


def _asked(line: MapLine) -> dict[str, str]:
    return {name: compared(name, getattr(line, name)) for name in line.conditions}


def _numbered(line: MapLine) -> str:
    return f"line {line.line}"


def problems(
    lines: Sequence[MapLine], called: Callable[[MapLine], str] = _numbered
) -> list[tuple[MapLine, str]]:
    """What is wrong with the lines of a map, in their order: the line and a sentence. called: how a line is named."""
    found = [(line, sentence) for line in lines for sentence in _of_line(line)]
    groups: dict[tuple[str, str], list[MapLine]] = {}
    for line in lines:
        groups.setdefault(code_key(line.code_system, line.code), []).append(line)
    for group in groups.values():
        for one, other in combinations(group, 2):
            verb = _of_pair(one, other)
            if verb:
                found.append((other, verb.format(called(one))))
    return sorted(found, key=lambda item: lines.index(item[0]))


def _of_line(line: MapLine) -> Iterable[str]:
    if not line.code:
        yield "code is empty"
    known = analyte_of(line.code_system, line.code)
    if not line.accepted:
        return
    if not line.analyte:
        yield "analyte is empty"
    elif line.analyte not in ANALYTES:
        yield f"{line.analyte[:40]!r} is not an analyte; reference.analyte of the warehouse lists them"
    elif known is not None and known != line.analyte:
        yield f"the code {line.code} of {line.code_system} stands for {known} everywhere and cannot be {line.analyte}"
    elif line.default_unit and resolve(line.analyte, line.default_unit) is None:
        yield f"default_unit {line.default_unit[:40]!r} is not a unit of {line.analyte}"


def _of_pair(one: MapLine, other: MapLine) -> str | None:
    """What is wrong between an earlier and a later line of one code, with {} for the earlier; None if nothing is."""
    meant = [(line.analyte, line.default_unit) for line in (one, other)]
    if one.accepted != other.accepted:
        return "the line contradicts {}" if same_question(one, other) else None
    if not one.accepted:
        return "the line repeats {}" if same_question(one, other) else None
    asked = [_asked(one), _asked(other)]
    if asked[0] == asked[1]:
        return "the line repeats {}" if meant[0] == meant[1] else "the line contradicts {}"
    apart = any(asked[0][name] != asked[1][name] for name in asked[0].keys() & asked[1].keys())
    nested = asked[0].items() <= asked[1].items() or asked[1].items() <= asked[0].items()
    if apart or nested or meant[0] == meant[1]:
        return None
    return "the line contradicts {} for rows that meet the conditions of both"
