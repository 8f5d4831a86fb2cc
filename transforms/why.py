"""The why as data: one row per criterion of a rule at a draw, with the value it read, its date and its source."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from schemas.evidence import INPUTS, EvidenceInput
from transforms.logic import Criterion
from transforms.rule import Rule

COLUMNS = (
    "patient_id", "rule_id", "index_collected_at", "criterion_id", "says", "verdict", "input", "value", "unit",
    "collected_at", "specimen_id", "source_value", "source_unit", "threshold", "citation",
)  # fmt: skip
SOURCE = ("specimen_id", "source_value", "source_unit")


def why_rows(
    evidence: pl.DataFrame, verdicts: pl.DataFrame, rules: Sequence[Rule], sources: pl.DataFrame
) -> pl.DataFrame:
    """Rows of why.parquet for every given draw and rule.

    evidence, verdicts: the same draws in the same order. sources: results that may be named (patient_id, analyte,
    collected_at, value_low, value_high, specimen_id, source_value, source_unit); of several at one moment the one whose
    value the evidence has, of several such the first by content.
    """
    all_rows = pl.int_range(len(evidence), dtype=pl.UInt32, eager=True)
    return _why(evidence, verdicts, [(rule, all_rows) for rule in rules], sources)


def why_of_members(
    evidence: pl.DataFrame,
    verdicts: pl.DataFrame,
    members: pl.DataFrame,
    rules: Sequence[Rule],
    sources: pl.DataFrame,
) -> pl.DataFrame:
    """Rows of why.parquet for the draws that decide the membership rows.

    evidence, verdicts, sources: as in ``why_rows``, every draw of a bucket of patients. members: as in
    ``transforms.membership``.
    """
    draw = ("patient_id", "index_collected_at")
    numbered = evidence.select(*draw, row=pl.int_range(pl.len(), dtype=pl.UInt32))
    deciding = members.select("rule_id", *draw).join(numbered, on=draw).sort("row")
    drawn = deciding["row"].unique().sort()
    placed = deciding.with_columns(place=drawn.search_sorted(deciding["row"]))
    places = {str(name[0]): part["place"] for name, part in placed.group_by("rule_id")}
    none = pl.Series([], dtype=pl.UInt32)
    asked = [(rule, places.get(rule.rule_id, none)) for rule in rules]
    return _why(_only(evidence, drawn), _only(verdicts, drawn), asked, sources)


def _only(frame: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """The given rows (UInt32 numbers), with only the columns that a why can read: keys, inputs and verdicts."""
    read = [name for name in frame.columns if not name.endswith(("_flags", "__status"))]
    return frame.select(pl.col(read).gather(rows))


def _why(
    evidence: pl.DataFrame,
    verdicts: pl.DataFrame,
    asked: Sequence[tuple[Rule, pl.Series]],
    sources: pl.DataFrame,
) -> pl.DataFrame:
    """The why of each rule (columns COLUMNS) at the given rows of the evidence.

    asked: each rule with row numbers (UInt32). What differs between draws is gathered criterion by criterion; what does
    not (the words) is joined once at the end.
    """
    criteria = [(rule, criterion) for rule, _ in asked for criterion in rule.criteria.values()]
    named = _named(
        evidence, {read.id for _, criterion in criteria if (read := shown_input(criterion))}, sources
    )
    # Series by Series: a frame for each of some hundred criteria takes longer than all the rest
    parts: dict[str, list[pl.Series]] = {name: [pl.Series([], dtype=kind)] for name, kind in _LONG.items()}
    for rule, rows in asked:
        own = _own(rule, evidence, verdicts, named).select(pl.all().gather(rows))
        nothing = pl.DataFrame(schema=_LONG).clear(len(rows))
        for criterion in rule.criteria.values():
            read = shown_input(criterion)
            columns = {"row": rows, "verdict": own[criterion.id]}
            if read is not None:
                columns |= {
                    "value": own[read.column],
                    "collected_at": own[f"{read.id}_collected_at"],
                    "source": own[f"{read.id}_source"],
                }
            for name, of_criteria in parts.items():
                of_criteria.append(columns.get(name, nothing[name]))
    long = pl.DataFrame(
        [pl.concat(of_criteria, rechunk=True).alias(name) for name, of_criteria in parts.items()]
    )
    draws = [len(rows) for rule, rows in asked for _ in rule.criteria]
    criterion_numbers = pl.Series(np.repeat(np.arange(len(draws)), draws))
    words = pl.DataFrame([_words(rule, criterion) for rule, criterion in criteria], schema=_WORDS)
    return pl.concat(
        [
            long.select("verdict", "value", "collected_at"),
            evidence.select(pl.col("patient_id", "index_collected_at").gather(long["row"])),
            words.select(pl.all().gather(criterion_numbers)),
            sources.select(pl.col(SOURCE).gather(long["source"])),
        ],
        how="horizontal",
    ).select(COLUMNS)


def _own(
    rule: Rule, evidence: pl.DataFrame, verdicts: pl.DataFrame, named: Mapping[str, pl.Series]
) -> pl.DataFrame:
    """The columns that the why of a rule reads."""
    inputs = {read.id: read for criterion in rule.criteria.values() if (read := shown_input(criterion))}
    return pl.DataFrame(
        [
            *(evidence[read.column] for read in inputs.values()),
            *(evidence[f"{name}_collected_at"] for name in inputs),
            *(named[name].alias(f"{name}_source") for name in inputs),
            *(verdicts[name] for name in rule.criteria),
        ]
    )


_LONG: Mapping[str, Any] = {
    "row": pl.UInt32,
    "verdict": pl.Boolean,
    "value": pl.Float64,
    "collected_at": pl.Datetime("us"),
    "source": pl.UInt32,
}
_WORDS: Mapping[str, Any] = dict.fromkeys(
    ("rule_id", "criterion_id", "says", "input", "unit", "threshold", "citation"), pl.String
)


def shown_input(criterion: Criterion) -> EvidenceInput | None:
    """The measured input whose value the why shows, None for a criterion that reads none."""
    return next((INPUTS[name] for name in criterion.inputs if name in INPUTS), None)


def _words(rule: Rule, criterion: Criterion) -> dict[str, str | None]:
    read = shown_input(criterion)
    return {
        "rule_id": rule.rule_id,
        "criterion_id": criterion.id,
        "says": criterion.says,
        "input": read.id if read else criterion.inputs[0],
        "unit": read.unit if read else None,
        "threshold": criterion.threshold,
        "citation": criterion.citation,
    }


def _named(evidence: pl.DataFrame, inputs: Collection[str], sources: pl.DataFrame) -> Mapping[str, pl.Series]:
    """For each input the row in ``sources`` of the result selected, one number a draw; null where none is known."""
    draws = pl.int_range(len(evidence), dtype=pl.UInt32, eager=True).alias("draw")
    selected = pl.concat(
        [pl.DataFrame(schema={"draw": pl.UInt32, **_MOMENT, "low": pl.Float64, "high": pl.Float64})]
        + [
            evidence.select(
                draws,
                "patient_id",
                analyte=pl.lit(name),
                collected_at=f"{name}_collected_at",
                low=_end(evidence, name, "low"),
                high=_end(evidence, name, "high"),
            ).filter(pl.col("collected_at").is_not_null())
            for name in inputs
        ]
    )
    found = (
        sources.select(*_MOMENT, *SOURCE, "value_low", "value_high")
        .with_row_index("source")
        .join(selected, on=list(_MOMENT))
        .with_columns(
            other=pl.col("value_low").ne_missing(pl.col("low"))
            | pl.col("value_high").ne_missing(pl.col("high"))
        )
        .sort("analyte", "draw", "other", *SOURCE)
        .unique(["analyte", "draw"], keep="first", maintain_order=True)
    )
    by_input = {str(name[0]): part for name, part in found.group_by("analyte")}
    rows = {}
    for name in inputs:
        rows[name] = pl.repeat(None, len(evidence), dtype=pl.UInt32, eager=True)
        if name in by_input:
            rows[name].scatter(by_input[name]["draw"], by_input[name]["source"])
    return rows


def _end(evidence: pl.DataFrame, input_id: str, end: str) -> pl.Expr:
    """Lower or upper end of the result selected for an input: the value itself where it is exact."""
    column = INPUTS[input_id].column
    return pl.coalesce([name for name in (column, f"{column}_{end}") if name in evidence.columns])


_MOMENT: Mapping[str, Any] = {
    "patient_id": pl.String,
    "analyte": pl.String,
    "collected_at": pl.Datetime("us"),
}
