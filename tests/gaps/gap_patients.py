"""Patients in a few words, and the times to care that come of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from tests.testbed import EVENT_SCHEMA, KINDS, RESULT_SCHEMA, UNUSABLE_SCHEMA, dated
from transforms.evidence import PatientRecords, build_evidence, index_draws
from transforms.gap_metrics import gap_times
from transforms.judging import judge
from transforms.repeats import with_repeats
from transforms.rules import RULES

START = datetime(2024, 6, 15, 8, 0)
EPOCH = date(1970, 1, 1)
AS_OF = 800  # days after START
DOMAINS = ("lab", "diagnosis", "medication", "procedure", "encounter")


def day(offset: int) -> date:
    return START.date() + timedelta(days=offset)


def gaps(**patients: dict[str, Any]) -> pl.DataFrame:
    """gap_time of patients named by the keywords.

    A cell of an analyte reads ``110@0; 120@30`` (canonical units, days after START); dx, rx, proc and enc are codes
    ``D50.9@10``; died, covered_to: days; reported_after: days from collection to result; without: domains that are not observed; age, sex, site, area.
    """
    results, events, people, coverage = [], [], [], []
    for who, given in patients.items():
        case = {"age": 50, "sex": "female", "site": "North", "covered_to": 2000, "without": (), **given}
        for name, cell in case.items():
            for text, first, last in dated(cell) if isinstance(cell, str) and "@" in cell else ():
                if name in KINDS:
                    kind, system = KINDS[name]
                    until = None if last is None else day(last)
                    events.append((who, kind, system, text, day(first), until))
                    continue
                at = START + timedelta(days=first)
                value = float(text)
                reported = at + timedelta(days=case["reported_after"]) if "reported_after" in case else None
                row = [
                    who,
                    f"{who}/{first}",
                    at,
                    reported,
                    name,
                    value,
                    value,
                    text,
                    "",
                    name,
                    "final",
                    None,
                    [],
                ]
                results.append([*row, case["site"]])
        died = None if "died" not in case else day(case["died"])
        born = date(START.year - case["age"], 1, 1)
        people.append((who, case["sex"], born, died, None, None))
        coverage += [
            (who, domain, day(-9000), day(case["covered_to"]))
            for domain in DOMAINS
            if domain not in case["without"]
        ]
    result_frame = pl.DataFrame(results, schema={**RESULT_SCHEMA, "site": pl.String}, orient="row")
    event_frame = pl.DataFrame(events, schema=EVENT_SCHEMA, orient="row")
    dates = dict.fromkeys(("birth_date", "death_date"), pl.Date)
    patient_frame = pl.DataFrame(
        people,
        schema={
            "patient_id": pl.String,
            "sex": pl.String,
            **dates,
            "duffy_null": pl.Boolean,
            "residence_elevation_m": pl.Float64,
        },
        orient="row",
    )
    areas = [given.get("area") for given in patients.values()]
    if any(area is not None for area in areas):
        patient_frame = patient_frame.with_columns(stratum_area=pl.Series(areas, dtype=pl.String))
    spans = {"patient_id": pl.String, "domain": pl.String, "observed_from": pl.Date, "observed_to": pl.Date}
    unusable = pl.DataFrame(schema=UNUSABLE_SCHEMA)
    as_of = (day(AS_OF) - EPOCH).days
    covered = pl.DataFrame(coverage, schema=spans, orient="row")
    records = PatientRecords(result_frame, unusable, patient_frame, event_frame, covered)
    evidence = with_repeats(build_evidence(index_draws(result_frame, unusable), records, as_of))
    verdicts = judge(evidence, RULES).verdicts
    return gap_times(evidence, verdicts, result_frame, event_frame, patient_frame, as_of)


def outcome(metric: str, **case: Any) -> list[tuple[int, str | None]]:
    """Days and how each episode of one patient ended: None for a gap that closed, else what censored it."""
    found = gaps(x=case).filter(pl.col("metric") == metric)
    assert found["closed"].to_list() == found["censored_by"].is_null().to_list()
    return list(zip(found["days"], found["censored_by"], strict=True))
