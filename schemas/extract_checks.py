"""What a row of the small extract tables must be, declared once for contract and quarantine."""

from __future__ import annotations

from collections.abc import Mapping

import pandera.polars as pa
import polars as pl

from schemas.checks import Check, contract
from schemas.extract import (
    BOOLEAN_WORDS,
    CODE_SYSTEMS,
    COVERAGE_DOMAINS,
    EVENT_KINDS,
    EXTRACT_TABLES,
    SEX_WORDS,
)
from schemas.text_values import as_boolean, as_code_system, as_date, as_number, is_blank, is_rounded, tidy

HIGHEST_ELEVATION_M = 6_000  # nobody lives higher; a larger number is feet or a slip
LOWEST_ELEVATION_M = -500
FIRST_YEAR, LAST_YEAR = 1800, 2300  # of what has happened; a placeholder such as 0001-01-01 is no such date


def _named(column: str) -> Check:
    return Check(f"{column.upper()}_MISSING", f"{column} is given", ~is_blank(column))


def _whole(*columns: str) -> Check:
    """Of many patients whose identifiers were rounded to the same number, none is the other."""
    rounded = pl.any_horizontal([is_rounded(column).fill_null(value=False) for column in columns])
    return Check("IDENTIFIER_ROUNDED", f"{' and '.join(columns)} have all their digits", ~rounded)


def _no_header(first: str, second: str) -> Check:
    """Files that were put one behind another have the names of their columns between the rows.

    The mark with which Windows begins a file (U+FEFF) then stands before the first of them.
    """
    named = [
        pl.any_horizontal(
            [pl.col(name).str.strip_prefix("\ufeff") == word for word in (name, name.upper(), name.title())]
        )
        for name in (first, second)
    ]
    repeated = pl.all_horizontal(named).fill_null(value=False)
    return Check("REPEATED_HEADER", "the row is not the names of the columns again", ~repeated)


def _word(column: str, words: tuple[str, ...], reason: str, *, empty: bool = False) -> Check:
    holds = tidy(column).str.to_lowercase().is_in([word.lower() for word in words])
    return Check(
        reason, f"{column} is one of {', '.join(words)}", holds | is_blank(column) if empty else holds
    )


def _date(column: str, reason: str, *, empty: bool, happened: bool = False) -> Check:
    """happened: the day something took place; others may be placeholders (9999-12-31: no end in sight)."""
    day = as_date(column)
    holds = day.dt.year().is_between(FIRST_YEAR, LAST_YEAR) if happened else day.is_not_null()
    holds = holds.fill_null(value=False)
    years = f" of the years {FIRST_YEAR} to {LAST_YEAR}" if happened else ""
    return Check(
        reason, f"{column} is a date, YYYY-MM-DD{years}", holds | is_blank(column) if empty else holds
    )


def _in_order(first: str, last: str, reason: str) -> Check:
    """last is not before first; dates that cannot be read are another check's."""
    begins, ends = as_date(first), as_date(last)
    return Check(reason, f"{last} is not before {first}", (ends >= begins).fill_null(value=True))


_WHOLE_BIRTH_DATE = _date("birth_date", "BAD_BIRTH_DATE", empty=True, happened=True)
# 1980 or 1980-05, with zeros for what is not known (1980-00-00) too. A column of years in which one is empty becomes
# one of decimal numbers: 1980.0.
_A_YEAR_OR_MONTH = tidy("birth_date").str.contains(
    r"^(?:1[89]|2[0-3])\d{2}(?:\.0|-(?:0[1-9]|1[0-2])(?:-00)?|-00-00)?$"
)

PATIENT_CHECKS = (
    _no_header("patient_id", "sex"),
    _named("patient_id"),
    _whole("patient_id"),
    Check(
        _WHOLE_BIRTH_DATE.reason,
        f"{_WHOLE_BIRTH_DATE.says}, or a year or month of them",
        _WHOLE_BIRTH_DATE.holds | _A_YEAR_OR_MONTH,
    ),
    _date("death_date", "BAD_DEATH_DATE", empty=True),
    _in_order("birth_date", "death_date", "DEATH_BEFORE_BIRTH"),
)
# A value of a patient that cannot be read is unknown, and the row keeps the rest: what it says of birth and death is no
# worse for it.
PATIENT_VALUE_CHECKS: Mapping[str, Check] = {
    "birth_date": Check(
        "PARTIAL_BIRTH_DATE", "birth_date is a day", ~_A_YEAR_OR_MONTH | is_blank("birth_date")
    ),
    "sex": _word("sex", tuple(SEX_WORDS), "BAD_SEX", empty=True),
    "duffy_null": Check(
        "BAD_DUFFY_NULL",
        f"duffy_null is one of {', '.join(BOOLEAN_WORDS)}",
        as_boolean("duffy_null", BOOLEAN_WORDS).is_not_null() | is_blank("duffy_null"),
    ),
    "residence_elevation_m": Check(
        "BAD_ELEVATION",
        f"residence_elevation_m is a number of meters from {LOWEST_ELEVATION_M} to {HIGHEST_ELEVATION_M}",
        as_number("residence_elevation_m").is_between(LOWEST_ELEVATION_M, HIGHEST_ELEVATION_M)
        | is_blank("residence_elevation_m"),
    ),
}
EVENT_CHECKS = (
    _no_header("patient_id", "start_date"),
    _named("patient_id"),
    _whole("patient_id"),
    _word("kind", EVENT_KINDS, "UNKNOWN_KIND"),
    Check(
        "UNKNOWN_CODE_SYSTEM",
        f"code_system is one of {', '.join(CODE_SYSTEMS)}",
        as_code_system("code_system").is_in(CODE_SYSTEMS),
    ),
    _named("code"),
    _date("start_date", "BAD_START_DATE", empty=False, happened=True),
    _date("end_date", "BAD_END_DATE", empty=True),
    _in_order("start_date", "end_date", "END_BEFORE_START"),
)
COVERAGE_CHECKS = (
    _no_header("patient_id", "observed_from"),
    _named("patient_id"),
    _whole("patient_id"),
    _word("domain", COVERAGE_DOMAINS, "UNKNOWN_DOMAIN"),
    _date("observed_from", "BAD_OBSERVED_FROM", empty=False),
    _date("observed_to", "BAD_OBSERVED_TO", empty=False),
    _in_order("observed_from", "observed_to", "END_BEFORE_START"),
)
MERGE_CHECKS = (
    _no_header("from_patient_id", "to_patient_id"),
    _named("from_patient_id"),
    _named("to_patient_id"),
    _whole("from_patient_id", "to_patient_id"),
    Check(
        "SELF_MERGE",
        "the identifiers differ",  # one that is missing has its own reason
        (tidy("from_patient_id") != tidy("to_patient_id")).fill_null(value=True),
    ),
)
# the other required fields of a result: transforms.results
LAB_CHECKS = (_named("patient_id"), _whole("patient_id"), _no_header("patient_id", "collected_at"))

ROW_CHECKS: Mapping[str, tuple[Check, ...]] = {
    "lab_results": LAB_CHECKS,
    "patients": PATIENT_CHECKS,
    "clinical_events": EVENT_CHECKS,
    "coverage": COVERAGE_CHECKS,
    "patient_merges": MERGE_CHECKS,
}


def _texts(table: str) -> pa.DataFrameSchema:
    described = EXTRACT_TABLES[table]
    return contract(
        f"extract.{table}",
        {
            **dict.fromkeys(described.column_names, pl.String),
            "source_patient_id": pl.String,
            "source_file": pl.String,
            "source_line": pl.Int64,
        },
        ROW_CHECKS[table],
        required=("source_file", "source_line"),
        strict=not described.open_prefix,
    )


# Contracts of the staged rows that passed the split (texts, before they are typed).
STAGED: Mapping[str, pa.DataFrameSchema] = {table: _texts(table) for table in EXTRACT_TABLES}
