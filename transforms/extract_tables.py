"""What the small tables of the extract say: patients, clinical events, coverage and patient merges.

Every function takes ``texts`` (the columns of its table as String, source_file, source_line) and gives accepted rows,
rejected rows with their reasons, and how many rows met which fate. Results do not depend on the order of the rows.
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
    PATIENT_VALUE_CHECKS,
)
from schemas.flags import CONFLICTING_MERGE
from schemas.text_values import (
    as_boolean,
    as_code,
    as_code_system,
    as_date,
    as_number,
    as_word,
    identifier,
    tidy,
)
from transforms.patient_identity import FLAG_SCHEMA, IDENTITY, disagreements, one_row_each

WHERE = ("source_file", "source_line")
BORN_AFTER_EXTRACT = "BORN_AFTER_EXTRACT"


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


FATE_SCHEMA = {"source_file": pl.String, "fate": pl.String, "rows": pl.Int64}


def parse_patients(texts: pl.DataFrame, *, newest: date | None, timezone: str) -> Parsed:
    """Patients, one row each, with their stratum columns.

    newest: latest day on which anybody can have been born: of the load, or seen elsewhere in the extract. A value that
    cannot be read is unknown and flagged (PATIENT_VALUE_CHECKS), and so is one on which the rows of a patient disagree
    (transforms.patient_identity). Rows under a merged identifier give way to the patient's own.
    """
    clean, rejected = split(texts, PATIENT_CHECKS)
    strata = [name for name in texts.columns if name.startswith("stratum_")]
    columns = [*IDENTITY, "residence_elevation_m", *strata]
    if newest is not None:
        late = (as_date("birth_date", timezone) > newest).fill_null(value=False)
        rejected = pl.concat([rejected, _rejected(clean.filter(late), texts.columns, BORN_AFTER_EXTRACT)])
        clean = clean.filter(~late)
    clean, unreadable = _readable(_with_own_id(clean))
    typed = clean.with_columns(
        as_word("sex", SEX_WORDS).alias("sex"),
        as_date("birth_date", timezone).alias("birth_date"),
        as_date("death_date", timezone).alias("death_date"),
        as_boolean("duffy_null", BOOLEAN_WORDS).alias("duffy_null"),
        as_number("residence_elevation_m").alias("residence_elevation_m"),
        *(tidy(name).alias(name) for name in strata),
    ).sort("patient_id", *WHERE)
    believed, replaced = _own_rows_first(typed)
    first = believed["patient_id"].is_first_distinct()
    fates = _fates(
        accepted=believed.filter(first),
        duplicate=believed.filter(~first),
        superseded=replaced,
        quarantined=rejected,
    )
    flags = pl.concat([disagreements(typed, columns), unreadable])
    return Parsed(one_row_each(believed, columns), rejected, fates, flags)


def _readable(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Texts of patients without those values that cannot be read, and the flags (FLAG_SCHEMA) that say which."""
    flags = [pl.DataFrame(schema=FLAG_SCHEMA)]
    kept = []
    for name, check in PATIENT_VALUE_CHECKS.items():
        holds = check.holds.fill_null(value=False)
        kept.append(pl.when(holds).then(name).alias(name))
        flags.append(
            rows.filter(~holds).select(
                "patient_id",
                flag=pl.lit(check.reason),
                detail=pl.lit(name),
                source_file="source_file",
                source_line="source_line",
            )
        )
    return rows.with_columns(kept), pl.concat(flags)


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

    An identifier merged into two that are not the same in the end stays as it is, its rows rejected and flagged.
    Raises MergeCycleError.
    """
    named = texts.with_columns(identifier("from_patient_id"), identifier("to_patient_id"))
    clean, rejected = split(named, MERGE_CHECKS)
    steps: dict[str, list[str]] = {}
    lines: dict[tuple[str, str], tuple[str, int]] = {}
    for old, new, *where in clean.sort(*WHERE).select("from_patient_id", "to_patient_id", *WHERE).iter_rows():
        if (old, new) not in lines:
            lines[(old, new)] = (where[0], where[1])
            steps.setdefault(old, []).append(new)
    ends = _ends(steps, lines)
    torn = pl.col("from_patient_id").is_in([old for old in steps if ends[old] == old])
    flags = clean.filter(torn).select(
        patient_id="from_patient_id",
        flag=pl.lit(CONFLICTING_MERGE),
        detail=pl.format(
            "to_patient_id: {}", pl.col("to_patient_id").n_unique().over("from_patient_id").cast(pl.Int64)
        ),
        source_file="source_file",
        source_line="source_line",
    )
    rejected = pl.concat([rejected, _rejected(clean.filter(torn), texts.columns, CONFLICTING_MERGE)])
    parsed = _without_repeats(
        clean.filter(~torn).select("from_patient_id", "to_patient_id", *WHERE), rejected, flags
    )
    return {old: ends[old] for old in sorted(steps) if ends[old] != old}, parsed


def joined_merges(earlier: Mapping[str, str], newer: Mapping[str, str]) -> dict[str, str]:
    """Given-up identifier to the one that remains in the end, by both. earlier, newer: from :func:`parse_merges`.

    The newer word counts: an identifier that was given up earlier, and has now got the one that remained merged into
    it, remains.
    """
    steps = {**earlier, **newer}
    for end in sorted(set(newer.values())):
        if end in _onward(end, steps):
            del steps[end]
    return {given_up: _onward(given_up, steps)[-1] for given_up in sorted(steps)}


def _onward(start: str, steps: Mapping[str, str]) -> list[str]:
    """The identifiers that follow one, in order, up to the first that came before."""
    path: list[str] = []
    here = start
    while here in steps and steps[here] not in path:
        here = steps[here]
        path.append(here)
    return path


def _ends(steps: Mapping[str, list[str]], lines: Mapping[tuple[str, str], tuple[str, int]]) -> dict[str, str]:
    """The identifier that remains in the end for each one; itself where nothing or no single one follows."""
    ends: dict[str, str] = {}
    for start in sorted(steps):
        path = {start: None}  # in order, and no recursion: chains may be long
        while path:
            here = next(reversed(path))
            onward = steps.get(here, [])
            unknown = next((new for new in onward if new not in ends), None)
            if unknown is None:
                found = {ends[new] for new in onward}
                ends[here] = found.pop() if len(found) == 1 else here
                path.popitem()
            elif unknown in path:
                raise MergeCycleError(*lines[(here, unknown)])
            else:
                path[unknown] = None
    return ends


def _same(words: tuple[str, ...]) -> dict[str, str | None]:
    return {word: word for word in words}


def _with_own_id(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with source_patient_id: the identifier they came with, where a merge replaced it."""
    if "source_patient_id" in rows.columns:
        return rows
    return rows.with_columns(source_patient_id=pl.lit(None, pl.String))


def _own_rows_first(typed: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows to believe, and rows under a merged identifier of patients who have a row of their own."""
    own = pl.col("source_patient_id").is_null()
    give_way = ~own & own.any().over("patient_id")
    return typed.filter(~give_way), typed.filter(give_way)


def _rejected(rows: pl.DataFrame, columns: list[str], reason: str) -> pl.DataFrame:
    return rows.select(*columns, reasons=pl.lit([reason], pl.List(pl.String)))


def _without_repeats(
    typed: pl.DataFrame, rejected: pl.DataFrame, flags: pl.DataFrame | None = None
) -> Parsed:
    content = [name for name in typed.columns if name not in (*WHERE, "source_patient_id")]
    ordered = typed.sort(*content, *(name for name in typed.columns if name not in content))
    # not by file and line: an adapter may make several rows from one line of its source
    first = ordered.select(pl.struct(content).is_first_distinct()).to_series()
    fates = _fates(accepted=ordered.filter(first), duplicate=ordered.filter(~first), quarantined=rejected)
    return Parsed(
        ordered.filter(first), rejected, fates, pl.DataFrame(schema=FLAG_SCHEMA) if flags is None else flags
    )


def _fates(**rows: pl.DataFrame) -> pl.DataFrame:
    """Records by fate. One that became several rows (an adapter's) has the first fate, in the order given, of any."""
    parts = [frame.select(*WHERE, fate=pl.lit(fate)) for fate, frame in rows.items()]
    first = pl.concat(parts).unique(subset=WHERE, keep="first", maintain_order=True)
    counted = first.group_by("source_file", "fate").agg(rows=pl.len().cast(pl.Int64))
    return counted.select(*FATE_SCHEMA)


def received_text(rows: pl.DataFrame, table: str) -> pl.Expr:
    """JSON text of a row as it was received, known columns only.

    rows: texts of the table, whose columns the expression reads. table: name in ``EXTRACT_TABLES``.
    """
    names = [
        pl.coalesce("source_patient_id", "patient_id").alias("patient_id")
        if name == "patient_id" and "source_patient_id" in rows.columns
        else pl.col(name)
        for name in rows.columns
        if name in EXTRACT_TABLES[table].column_names or name.startswith("stratum_")
    ]
    return pl.struct(names).struct.json_encode()
