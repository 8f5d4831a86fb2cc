"""What a code that no rule reads may stand for, by its name, its unit and the distribution of its values.

A suggestion is for a person to accept or refuse; nothing here maps anything. The score weighs what points to an
analyte (the name most), from 0 to 1; it is not a probability.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from schemas.analyte_names import ANALYTE_NAMES, OTHER_MATERIAL
from schemas.analytes import ANALYTES
from schemas.code_map import MapLine
from schemas.site_medians import MEDIANS
from schemas.tables import UNMAPPED_SUMMARY, UNMAPPED_TEXTS, shaped
from transforms.code_map import CodeMap, line_for
from transforms.name_fits import name_fits, words_of
from transforms.units import is_missing, resolve

NAME, UNIT, VALUES = 0.6, 0.2, 0.2  # what each may add to the score
NOTHING_KNOWN = 0.5  # share of it where there is no unit, or there are too few values
AGAINST = 0.3  # what a unit or values that cannot be leave of the score
FAR = 0.7  # what values far from the usual ones leave of it
OF_CODES = 0.8  # a code is a weaker word than a name
LEAST_SCORE = 0.5
LEAST_WITHOUT_NAME = 0.4


@dataclass(frozen=True)
class Suggestion:
    """An analyte that a code may stand for."""

    analyte: str
    score: float
    reason: str


def with_suggestions(summary: pl.DataFrame, lines: Sequence[MapLine] = ()) -> pl.DataFrame:
    """``schemas.tables.UNMAPPED_SUMMARY``: a summary (``transforms.unmapped.summarized``) and what each row may be.

    lines: the code map; what a person refused there is not suggested again for the rows it names.
    """
    refused = [line for line in lines if not line.accepted]
    by_analyte = {
        analyte: CodeMap(tuple(_in_force(line) for line in refused if line.analyte == analyte))
        for analyte in {line.analyte for line in refused}
    }
    rows = []
    for row in summary.iter_rows(named=True):
        found = [one for one in suggestions(row) if not _refused(by_analyte.get(one.analyte), row)]
        first = found[0] if found else None
        rows.append(
            {
                "suggested": first.analyte if first else None,
                "score": first.score if first else None,
                "reason": first.reason if first else None,
                "others": [one.analyte for one in found[1:3]],
            }
        )
    added = pl.DataFrame(
        rows, schema={name: UNMAPPED_SUMMARY[name] for name in ("suggested", "score", "reason", "others")}
    )
    order = ["rows", *UNMAPPED_TEXTS]
    return shaped(summary.with_columns(added.get_columns()), UNMAPPED_SUMMARY).sort(
        order, descending=[True, *[False] * len(UNMAPPED_TEXTS)], nulls_last=True
    )


def _in_force(line: MapLine) -> MapLine:
    return replace(line, accepted=True)


def _refused(refused: CodeMap | None, row: Mapping[str, Any]) -> bool:
    if refused is None:
        return False
    return line_for(refused.lines_of(row["code_system"], row["code"], row["unit"]), row) is not None


def suggestions(row: Mapping[str, Any]) -> list[Suggestion]:
    """Analytes that a row of the summary may be, the likeliest first; none where several fit only by unit and values."""
    if words_of(row["specimen"] or "") & OTHER_MATERIAL or words_of(row["site"] or "") & {"urinalysis"}:
        return []
    by_name = name_fits(row["name"]) if row["name"] else {}
    by_code = name_fits(row["code"] or "")
    if row["name"] and words_of(row["name"]) and not by_name:
        by_code = {}  # a name that says something else outweighs the code
    names = {
        analyte: max(by_name.get(analyte, 0.0), OF_CODES * by_code.get(analyte, 0.0))
        for analyte in {*by_name, *by_code}
    }
    named = [
        _judged(analyte, fit, "name" if analyte in by_name else "code", row) for analyte, fit in names.items()
    ]
    found = [one for one in named if one.score >= LEAST_SCORE]
    if not names and not words_of(row["name"] or ""):
        alone = [_judged(analyte, 0.0, "name", row) for analyte in ANALYTE_NAMES]
        fitting = [one for one in alone if one.score >= LEAST_WITHOUT_NAME]
        found = fitting if len(fitting) == 1 else []
    return sorted(found, key=lambda one: (-one.score, one.analyte))


def _judged(analyte: str, name: float, told_by: str, row: Mapping[str, Any]) -> Suggestion:
    unit, unit_says = _unit_fit(analyte, row["unit"])
    values = _values_fit(analyte, row)
    score = NAME * name + UNIT * _share(unit) + VALUES * _share(values.fit)
    score *= AGAINST if unit == 0 else 1.0
    score *= values.leaves
    return Suggestion(
        analyte, round(score, 2), "; ".join((_name_says(analyte, name, told_by), unit_says, values.says))
    )


def _share(fit: float | None) -> float:
    return NOTHING_KNOWN if fit is None else fit


def _name_says(analyte: str, fit: float, told_by: str) -> str:
    title = ANALYTES[analyte].title
    if fit == 0:
        return f"no name says so ({title})"
    best = 1.0 if told_by == "name" else OF_CODES
    return f"the {told_by} is one of {title}" if fit >= best else f"the {told_by} is like one of {title}"


def _unit_fit(analyte: str, unit: str | None) -> tuple[float | None, str]:
    item = ANALYTES[analyte]
    if not item.units or is_missing(unit):
        return None, "no unit was sent" if item.units else "it has no unit"
    if resolve(analyte, unit) is None:
        return 0.0, f"{unit} is not one of its units"
    return 1.0, f"{unit} is one of its units"


@dataclass(frozen=True)
class _Values:
    """Fit of the values (None: not known), what they leave of the score, and a sentence."""

    fit: float | None
    says: str
    leaves: float = 1.0


def _values_fit(analyte: str, row: Mapping[str, Any]) -> _Values:
    """Fit of the median and of the ends of the distribution, brought to the canonical unit."""
    item, medians = ANALYTES[analyte], MEDIANS.get(analyte)
    reading = resolve(analyte, row["unit"])
    if row["median"] is None:
        return _Values(None, "too few numbers to tell")
    if reading is None:
        return _Values(None, "its values say nothing without a known unit")
    if medians is None:
        return _Values(None, "no usual values are known")
    low, middle, high = (row[name] * float(reading.factor) for name in ("p05", "median", "p95"))
    says = f"half of {row['numbers']:,} values lie at {row['p25']:g} to {row['p75']:g} {row['unit']}"
    below, above = item.reject.below, item.reject.above
    if low < 0 or (below is not None and low < below) or (above is not None and high > above):
        return _Values(0.0, f"{says}, and some are impossible", AGAINST)
    if medians.usual[0] <= middle <= medians.usual[1]:
        return _Values(1.0, f"{says}, as is usual")
    if medians.possible[0] <= middle <= medians.possible[1]:
        return _Values(NOTHING_KNOWN, f"{says}, near what is usual")
    return _Values(0.0, f"{says}, far from what is usual", FAR)
