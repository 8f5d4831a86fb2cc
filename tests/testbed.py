"""A test bed for rules: an expert's table in, verdicts out.

A table is text: a header and rows separated by ``|``; a blank cell is a value that was never measured. Columns named
like an input hold values in canonical units (``110``, ``<5``, ``110@-30; 104``: the number after @ is the day
relative to the index blood count); the others are: case, age (years), sex (M, F, blank), pregnant (trimester 1, 2, 3,
or ? for unknown), duffy (Y), elevation (m), assay, dx, rx, proc, enc (``N18.4@-500``, ``B03AC@-20:-20``), observed
(domains, default all five), followup (days). Everything the table is not about is filled in here: every case has a
blood count of its own at the index, so that a draw exists even where all its values are missing.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from schemas.evidence import INPUTS
from schemas.switches import DEFAULTS, Switches
from schemas.tables import LAB_COVERAGE
from transforms.evidence import PatientRecords, build_evidence, index_draws
from transforms.judging import judge
from transforms.repeats import with_repeats
from transforms.rule import INDETERMINATE, NOT_APPLICABLE, NOT_MET, TIERS
from transforms.rules import rule_book

Row = dict[str, Any]
INDEX = datetime(2024, 6, 15, 8, 0)
AS_OF = date(2026, 6, 15)
EPOCH = date(1970, 1, 1)
WEEKS = {"1": "Z3A.10", "2": "Z3A.20", "3": "Z3A.32", "?": "Z33.1"}
KINDS = {
    "dx": ("diagnosis", "ICD10CM"),
    "rx": ("medication", "ATC"),
    "proc": ("procedure", "CPT"),
    "enc": ("encounter", "SPECIALTY"),
}
DOMAINS = {"lab": "lab", "dx": "diagnosis", "rx": "medication", "proc": "procedure", "enc": "encounter"}
RESULT_SCHEMA = {
    "patient_id": pl.String,
    "specimen_id": pl.String,
    "collected_at": pl.Datetime("us"),
    "resulted_at": pl.Datetime("us"),
    "analyte": pl.String,
    "value_low": pl.Float64,
    "value_high": pl.Float64,
    "source_value": pl.String,
    "source_unit": pl.String,
    "code": pl.String,
    "status": pl.String,
    "method": pl.String,
    "flags": pl.List(pl.String),
}
UNUSABLE_SCHEMA = {
    "patient_id": pl.String,
    "collected_at": pl.Datetime("us"),
    "specimen_id": pl.String,
    "analyte": pl.String,
    "reason": pl.String,
    "is_blood_count": pl.Boolean,
}
EVENT_SCHEMA = {
    "patient_id": pl.String,
    "kind": pl.String,
    "code_system": pl.String,
    "code": pl.String,
    "start_date": pl.Date,
    "end_date": pl.Date,
}


PATIENT_SCHEMA = {
    "patient_id": pl.String,
    "sex": pl.String,
    "birth_date": pl.Date,
    "death_date": pl.Date,
    "duffy_null": pl.Boolean,
    "residence_elevation_m": pl.Float64,
}


def table(text: str) -> list[dict[str, str]]:
    """Rows of an expert table as dictionaries of its non-blank cells."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines() if line.strip()]
    header, *rows = lines
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"{len(row)} cells under {len(header)} headings: {row}")
    return [{name: cell for name, cell in zip(header, row, strict=True) if cell} for row in rows]


def interval(text: str) -> tuple[float, float]:
    """Ends of a value as laboratories print it."""
    match = re.fullmatch(r"(<=|>=|<|>)?\s*(-?[\d.]+)", text.strip())
    if match is None:
        raise ValueError(text)
    sign, number = match.group(1), float(match.group(2))
    return {
        None: (number, number),
        "<": (0.0, math.nextafter(number, -math.inf)),
        "<=": (0.0, number),
        ">": (math.nextafter(number, math.inf), math.inf),
        ">=": (number, math.inf),
    }[sign]


def dated(cell: str) -> list[tuple[str, int, int | None]]:
    """(text, first day, last day) of each item of a cell."""
    items = []
    for item in filter(None, map(str.strip, cell.split(";"))):
        body, _, days = item.partition("@")
        first, _, last = days.partition(":")
        items.append((body.strip(), int(first or 0), int(last) if last else None))
    return items


def evidence_of(cases: list[dict[str, str]], switches: Switches = DEFAULTS) -> pl.DataFrame:
    """screen.evidence of the cases, every draw of every case, patients named by the ``case`` column."""
    return evidence_from(records_of(cases), switches)


def evidence_from(records: PatientRecords, switches: Switches = DEFAULTS) -> pl.DataFrame:
    """screen.evidence of some records, every draw of every patient."""
    draws = index_draws(records.results, records.unusable)
    return with_repeats(build_evidence(draws, records, (AS_OF - EPOCH).days, switches), switches)


def records_of(cases: list[dict[str, str]]) -> PatientRecords:
    """The results, events and coverage of the cases."""
    named = [(case.get("case", f"case {number}"), case) for number, case in enumerate(cases)]
    return PatientRecords(
        pl.DataFrame([row for who, case in named for row in _results(who, case)], schema=RESULT_SCHEMA),
        pl.DataFrame([_unusable_count(who) for who, _ in named], schema=UNUSABLE_SCHEMA),
        pl.DataFrame([_patient(who, case) for who, case in named], schema=PATIENT_SCHEMA),
        pl.DataFrame([row for who, case in named for row in _events(who, case)], schema=EVENT_SCHEMA),
        pl.DataFrame([row for who, case in named for row in _coverage(who, case)], schema=dict(LAB_COVERAGE)),
    )


def _unusable_count(who: str) -> Row:
    """A blood count without a usable value, so that every case has an index draw."""
    return {
        "patient_id": who,
        "collected_at": INDEX,
        "specimen_id": f"{who}/0/CBC",
        "analyte": "mpv",
        "reason": "REJECT_TEXT",
        "is_blood_count": True,
    }


def _results(who: str, case: dict[str, str]) -> Iterator[Row]:
    for name, cell in case.items():
        if name not in INPUTS and name not in ("transferrin", "uibc", "plt_clumps", "hb_blood_gas"):
            continue
        for value, first, _ in dated(cell):
            low, high = interval(value)
            yield {
                "patient_id": who,
                "specimen_id": f"{who}/{first}/CBC",
                "collected_at": INDEX + timedelta(days=first),
                "resulted_at": None,
                "analyte": name,
                "value_low": low,
                "value_high": high,
                "source_value": value,
                "source_unit": "",
                "code": name,
                "status": "final",
                "method": case.get("assay") if name == "stfr" else None,
                "flags": [],
            }


def _events(who: str, case: dict[str, str]) -> Iterator[Row]:
    coded = [(*KINDS[name], *item) for name, cell in case.items() if name in KINDS for item in dated(cell)]
    if "pregnant" in case:
        coded.append(("diagnosis", "ICD10CM", WEEKS[case["pregnant"]], 0, 0))
    for kind, system, code, first, last in coded:
        yield {
            "patient_id": who,
            "kind": kind,
            "code_system": system,
            "code": code,
            "start_date": INDEX.date() + timedelta(days=first),
            "end_date": None if last is None else INDEX.date() + timedelta(days=last),
        }


def _patient(who: str, case: dict[str, str]) -> Row:
    return {
        "patient_id": who,
        "sex": {"M": "male", "F": "female"}.get(case.get("sex", "")),
        "birth_date": birth(float(case["age"])) if "age" in case else None,
        "death_date": None,
        "duffy_null": True if case.get("duffy") == "Y" else None,
        "residence_elevation_m": float(case["elevation"]) if "elevation" in case else None,
    }


def _coverage(who: str, case: dict[str, str]) -> Iterator[Row]:
    for short in case.get("observed", "lab dx rx proc enc").split():
        if short != "none":
            yield {
                "patient_id": who,
                "domain": DOMAINS[short],
                "observed_from": INDEX.date() - timedelta(days=9000),
                "observed_to": INDEX.date() + timedelta(days=int(case.get("followup", 0))),
            }


def birth(age: float) -> date:
    """Birth date of a person of this age at the index; a whole age has its birthday there."""
    if age == int(age):
        return date(INDEX.year - int(age), INDEX.month, INDEX.day)
    return (INDEX - timedelta(days=round(age * 365.25))).date()


def verdicts_of(cases: list[dict[str, str]], switches: Switches = DEFAULTS) -> dict[str, dict[str, str]]:
    """Verdict of every rule at the index draw of every case: a tier, ``not_met``, ``not_applicable``, or
    ``indeterminate (reasons)``.
    """
    rules = rule_book(switches)
    judged = judge(evidence_of(cases, switches), rules, switches)
    at_index = pl.col("index_collected_at") == INDEX
    reasons = {
        (row["patient_id"], row["rule_id"]): ", ".join(row["missing"])
        for row in judged.findings.filter(at_index).iter_rows(named=True)
    }
    words = {
        **{number: name for name, number in TIERS.items()},
        NOT_MET: "not_met",
        NOT_APPLICABLE: "not_applicable",
    }
    found: dict[str, dict[str, str]] = {}
    for row in judged.verdicts.filter(at_index).iter_rows(named=True):
        who = row["patient_id"]
        found[who] = {
            rule.rule_id: f"indeterminate ({reasons[who, rule.rule_id]})"
            if row[rule.status_column] == INDETERMINATE
            else words[row[rule.status_column]]
            for rule in rules
        }
    return found


def disagreements(text: str, rule_id: str) -> list[str]:
    """Rows of an expert table whose verdict is not the one in the column ``verdict``, in words."""
    cases = [
        {**case, "case": case.get("case", f"row {number}")}
        for number, case in enumerate(table(text), start=1)
    ]
    found = verdicts_of([{name: cell for name, cell in case.items() if name != "verdict"} for case in cases])
    return [
        f"{case['case']}: expected {case['verdict']}, got {found[case['case']][rule_id]}"
        for case in cases
        if found[case["case"]][rule_id] != case["verdict"]
    ]
