"""What the small tables of the extract say: patients, clinical events, coverage and patient merges.

Every function takes texts (all columns String, plus source_file and source_line) and gives accepted rows, rejected
rows with their reasons, and how many rows met which fate. Results do not depend on the order of the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from schemas.checks import split
from schemas.extract import (
    BOOLEAN_WORDS,
    COVERAGE_DOMAINS,
    EVENT_KINDS,
    EXTRACT_TABLES,
    SEX_WORDS,
)
from schemas.extract_checks import (
    COVERAGE_CHECKS,
    EVENT_CHECKS,
    MERGE_CHECKS,
    PATIENT_CHECKS,
)
from schemas.text_values import as_boolean, as_code, as_code_system, as_date, as_number, as_word, tidy

WHERE = ("source_file", "source_line")
CONFLICTING_PATIENT = "CONFLICTING_PATIENT"
CONFLICTING_MERGE = "CONFLICTING_MERGE"
CONFLICTING_COLUMN = "CONFLICTING_VALUE"  # quality flag: rows disagree about a column that is no identity
BORN_AFTER_EXTRACT = "BORN_AFTER_EXTRACT"
_IDENTITY = ("sex", "birth_date", "death_date", "duffy_null")


@dataclass(frozen=True)
class Parsed:
    """accepted: typed rows. rejected: rows as received with ``reasons``. fates: source_file, fate, rows.

    flags: patient_id, flag, detail, source_file, source_line.
    """

    accepted: pl.DataFrame
    rejected: pl.DataFrame
    fates: pl.DataFrame
    flags: pl.DataFrame


class MergeCycleError(ValueError):
    """Merges that lead back to where they began. file and line say where the circle closes."""

    def __init__(self, file: str, line: int) -> None:
        super().__init__("circular patient merges")
        self.file = file
        self.line = line


FLAG_SCHEMA = {
    "patient_id": pl.String,
    "flag": pl.String,
    "detail": pl.String,
    "source_file": pl.String,
    "source_line": pl.Int64,
}
FATE_SCHEMA = {"source_file": pl.String, "fate": pl.String, "rows": pl.Int64}


def parse_patients(texts: pl.DataFrame, *, newest: date | None, timezone: str) -> Parsed:
    """Patients, one row each, with their stratum columns.

    newest: latest date seen anywhere else in the extract; a birth after it cannot be. Rows that disagree about sex,
    birth, death or Duffy phenotype are all rejected (none is known to be right); rows that disagree about elevation
    or a stratum leave that value missing, with a flag. Rows under a merged identifier give way to the patient's own.
    """
    clean, rejected = split(texts, PATIENT_CHECKS)
    extra = [name for name in texts.columns if name.startswith("stratum_")]
    typed = _with_own_id(clean).with_columns(
        __sex=as_word("sex", SEX_WORDS),
        __birth_date=as_date("birth_date", timezone),
        __death_date=as_date("death_date", timezone),
        __duffy_null=as_boolean("duffy_null", BOOLEAN_WORDS),
        __residence_elevation_m=as_number("residence_elevation_m"),
        **{f"__{name}": tidy(name) for name in extra},
    )
    if newest is not None:
        late = (pl.col("__birth_date") > newest).fill_null(value=False)
        rejected = pl.concat([rejected, _rejected(typed.filter(late), texts.columns, BORN_AFTER_EXTRACT)])
        typed = typed.filter(~late)
    typed, replaced = _own_rows_first(typed)
    known = [pl.col(f"__{name}").drop_nulls().n_unique().over("patient_id") > 1 for name in _IDENTITY]
    conflict = pl.any_horizontal(known)
    marked = typed.with_columns(__conflict=conflict)
    rejected = pl.concat(
        [rejected, _rejected(marked.filter("__conflict"), texts.columns, CONFLICTING_PATIENT)]
    )
    agreeing = marked.filter(~pl.col("__conflict")).sort("patient_id", *WHERE)
    soft = ["residence_elevation_m", *extra]
    flags = _disagreements(agreeing, soft)
    # rows that complete each other become one patient; max() takes the only value there is
    accepted = agreeing.group_by("patient_id").agg(
        *(pl.col(f"__{name}").max().alias(name) for name in _IDENTITY),
        *(_agreed(f"__{name}").alias(name) for name in soft),
    )
    first = agreeing["patient_id"].is_first_distinct()
    fates = _fates(
        accepted=agreeing.filter(first),
        duplicate=agreeing.filter(~first),
        superseded=replaced,
        quarantined=rejected,
    )
    return Parsed(accepted.sort("patient_id"), rejected, fates, flags)


def parse_events(texts: pl.DataFrame, *, timezone: str) -> Parsed:
    """Clinical events with upper-case codes and dates; exact repeats are kept once."""
    clean, rejected = split(texts, EVENT_CHECKS)
    typed = _with_own_id(clean).select(
        "patient_id",
        "source_patient_id",
        as_word("kind", _same(EVENT_KINDS)).alias("kind"),
        as_code_system("code_system").alias("code_system"),
        as_code("code").alias("code"),
        as_date("start_date", timezone).alias("start_date"),
        as_date("end_date", timezone).alias("end_date"),
        *WHERE,
    )
    return _without_repeats(typed, rejected)


def parse_coverage(texts: pl.DataFrame, *, timezone: str) -> Parsed:
    """Coverage intervals by patient and domain; exact repeats are kept once."""
    clean, rejected = split(texts, COVERAGE_CHECKS)
    typed = clean.select(
        "patient_id",
        as_word("domain", _same(COVERAGE_DOMAINS)).alias("domain"),
        as_date("observed_from", timezone).alias("observed_from"),
        as_date("observed_to", timezone).alias("observed_to"),
        *WHERE,
    )
    return _without_repeats(typed, rejected)


def parse_merges(texts: pl.DataFrame) -> tuple[dict[str, str], Parsed]:
    """Map from each given-up identifier to the one that remains in the end, and what became of the rows.

    An identifier merged into two different ones stays as it is, its rows rejected. Raises MergeCycleError.
    """
    clean, rejected = split(texts, MERGE_CHECKS)
    clean = clean.with_columns(tidy("from_patient_id"), tidy("to_patient_id"))
    twofold = pl.col("to_patient_id").n_unique().over("from_patient_id") > 1
    clean = clean.with_columns(__twofold=twofold)
    rejected = pl.concat([rejected, _rejected(clean.filter("__twofold"), texts.columns, CONFLICTING_MERGE)])
    clean = clean.filter(~pl.col("__twofold"))
    parsed = _without_repeats(clean.select("from_patient_id", "to_patient_id", *WHERE), rejected)
    steps = dict(parsed.accepted.select("from_patient_id", "to_patient_id").iter_rows())
    lines = {row[0]: row[1:] for row in parsed.accepted.select("from_patient_id", *WHERE).iter_rows()}
    return {start: _end_of_chain(start, steps, lines) for start in sorted(steps)}, parsed


def _end_of_chain(start: str, steps: Mapping[str, str], lines: Mapping[str, tuple[str, int]]) -> str:
    seen = {start}
    here = steps[start]
    while here in steps:
        if here in seen:
            file, line = lines[here]
            raise MergeCycleError(file, line)
        seen.add(here)
        here = steps[here]
    return here


def _same(words: tuple[str, ...]) -> dict[str, str | None]:
    return {word: word for word in words}


def _with_own_id(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with source_patient_id: the identifier they came with, where a merge replaced it."""
    if "source_patient_id" in rows.columns:
        return rows
    return rows.with_columns(source_patient_id=pl.lit(None, pl.String))


def _agreed(column: str) -> pl.Expr:
    values = pl.col(column).drop_nulls()
    return pl.when(values.n_unique() == 1).then(values.max())


def _own_rows_first(typed: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows to believe, and rows under a merged identifier of patients who have a row of their own."""
    own = pl.col("source_patient_id").is_null()
    give_way = ~own & own.any().over("patient_id")
    return typed.filter(~give_way), typed.filter(give_way)


def _disagreements(rows: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    found = [
        rows.filter(pl.col(f"__{name}").drop_nulls().n_unique().over("patient_id") > 1).select(
            "patient_id",
            flag=pl.lit(CONFLICTING_COLUMN),
            detail=pl.lit(name),
            source_file="source_file",
            source_line="source_line",
        )
        for name in columns
    ]
    return pl.concat([pl.DataFrame(schema=FLAG_SCHEMA), *found])


def _rejected(rows: pl.DataFrame, columns: list[str], reason: str) -> pl.DataFrame:
    return rows.select(*columns, reasons=pl.lit([reason], pl.List(pl.String)))


def _without_repeats(typed: pl.DataFrame, rejected: pl.DataFrame) -> Parsed:
    content = [name for name in typed.columns if name not in (*WHERE, "source_patient_id")]
    ordered = typed.sort(*content, *(name for name in typed.columns if name not in content))
    # not by file and line: an adapter may make several rows from one line of its source
    first = ordered.select(pl.struct(content).is_first_distinct()).to_series()
    fates = _fates(accepted=ordered.filter(first), duplicate=ordered.filter(~first), quarantined=rejected)
    return Parsed(ordered.filter(first), rejected, fates, pl.DataFrame(schema=FLAG_SCHEMA))


def _fates(**rows: pl.DataFrame) -> pl.DataFrame:
    """Records by fate. One that became several rows (an adapter's) has the first fate, in the order given, of any."""
    told = [frame.select(*WHERE, fate=pl.lit(fate)) for fate, frame in rows.items()]
    first = pl.concat(told).unique(subset=WHERE, keep="first", maintain_order=True)
    counted = first.group_by("source_file", "fate").agg(rows=pl.len().cast(pl.Int64))
    return counted.select(*FATE_SCHEMA)


def received_text(rows: pl.DataFrame, table: str) -> pl.Expr:
    """JSON text of a row as it was received, known columns only."""
    names = [
        pl.coalesce("source_patient_id", "patient_id").alias("patient_id")
        if name == "patient_id" and "source_patient_id" in rows.columns
        else pl.col(name)
        for name in rows.columns
        if name in EXTRACT_TABLES[table].column_names or name.startswith("stratum_")
    ]
    return pl.struct(names).struct.json_encode()
