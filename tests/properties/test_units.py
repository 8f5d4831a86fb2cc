"""Unit invariance from the file to the finding: one patient as three laboratories would write the results.

The first laboratory reports in conventional units of the United States, the second in SI units, the third in a mix of
local ones. Numbers are written with fifteen digits, so that a value on a limit lies on it in every unit after the
rounding to nine decimals (hemoglobin: to 0.1 g/L) that RULES.md 0.2 asks for.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Context, Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.ingest import ingest
from flows.loading import Arrival, NightBefore
from flows.screen import Tonight, screen
from schemas.evidence import INPUTS
from tests.properties.cases import Case, population
from tests.testbed import AS_OF, DOMAINS, INDEX, KINDS, WEEKS, birth, dated
from transforms.judging import KEYS
from transforms.rules import RULES

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
EXAMPLES, PATIENTS = (40, 60) if NIGHTLY else (2, 30)
FIFTEEN = Context(prec=15)
SEXES = {"M": "male", "F": "female"}

# How much of each unit is one canonical unit (RULES.md 1.2-1.5): (unit, factor to canonical), by laboratory.
UNITED_STATES: Mapping[str, tuple[str, str]] = {
    "hb": ("g/dL", "10"),
    "rbc": ("M/uL", "1"),
    "mcv": ("um3", "1"),
    "wbc": ("K/uL", "1"),
    "anc": ("cells/uL", "0.001"),
    "plt": ("10*3/uL", "1"),
    "retic_abs": ("10*3/uL", "1"),
    "ferritin": ("ng/mL", "1"),
    "tibc": ("ug/dL", "0.1791"),
    "crp": ("mg/dL", "10"),
    "agp": ("mg/dL", "0.01"),
    "b12": ("pg/mL", "0.738"),
    "folate": ("ng/mL", "2.266"),
    "copper": ("ug/dL", "0.157"),
    "tsh": ("uIU/mL", "1"),
}
SI: Mapping[str, tuple[str, str]] = {
    "hb": ("mmol/L", "16.114"),
    "hct": ("L/L", "100"),
    "retic_abs": ("10*12/L", "1000"),
    "chr": ("fmol", "16.114"),
    "tsat": ("fraction", "100"),
    "retic_pct": ("fraction", "100"),
}
LOCAL: Mapping[str, tuple[str, str]] = {
    "hb": ("g/L", "1"),
    "hct": ("vol%", "1"),
    "rbc": ("/uL", "0.000001"),
    "wbc": ("/mm3", "0.001"),
    "anc": ("G/L", "1"),
    "plt": ("lakh/uL", "100"),
    "retic_abs": ("/uL", "0.001"),
    "ferritin": ("mg/L", "1000"),
    "crp": ("nmol/L", "0.105"),
    "b12": ("ng/L", "0.738"),
    "folate": ("ug/L", "2.266"),
    "copper": ("ug/L", "0.0157"),
    "tsat": ("ratio", "100"),
}
LABORATORIES = {"US": UNITED_STATES, "SI": SI, "LO": LOCAL}
COLUMNS = (
    "patient_id", "specimen_id", "collected_at", "resulted_at", "code_system", "code", "name", "value", "unit",
    "status", "site", "method",
)  # fmt: skip


def written(analyte: str, value: str, units: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """The canonical value as a laboratory writes it: text and unit."""
    unit, factor = units.get(analyte, (INPUTS[analyte].unit, "1"))
    sign, number = re.fullmatch(r"([<>]?)(.+)", value).groups()  # type: ignore[union-attr]
    amount = FIFTEEN.divide(Decimal(number), Decimal(factor))
    return f"{sign}{amount.normalize():f}", unit


def extract(folder: Path, cases: Sequence[Case]) -> None:
    """Write every case once for each laboratory; the patient's id begins with the laboratory's name."""
    labs, events, patients, coverage = [], [], [], []
    for name, units in LABORATORIES.items():
        for case in cases:
            who = f"{name}/{case['case']}"
            for column, cell in case.items():
                for text, first, last in dated(cell) if column in {*INPUTS, *KINDS} else ():
                    if column in KINDS:
                        kind, system = KINDS[column]
                        until = "" if last is None else str(_day(last))
                        events.append((who, kind, system, text, str(_day(first)), until))
                        continue
                    value, unit = written(column, text, units)
                    at = str(INDEX + timedelta(days=first))
                    specimen = f"{who}/{first}"
                    labs.append(
                        (who, specimen, at, at, "hemacohort", column, column, value, unit, "final", name, "")
                    )
            if "pregnant" in case:
                code = WEEKS[case["pregnant"]]
                events.append((who, "diagnosis", "ICD10CM", code, str(_day(0)), str(_day(0))))
            duffy = "true" if case.get("duffy") == "Y" else ""
            born = str(birth(float(case["age"])))
            patients.append(
                (who, SEXES.get(case.get("sex", ""), ""), born, "", duffy, case.get("elevation", ""))
            )
            last_day = int(case.get("followup", 0))
            coverage += [
                (who, DOMAINS[short], str(_day(-9000)), str(_day(last_day)))
                for short in case["observed"].split()
            ]
    tables = {
        "lab_results": (COLUMNS, labs),
        "clinical_events": (("patient_id", "kind", "code_system", "code", "start_date", "end_date"), events),
        "patients": (
            ("patient_id", "sex", "birth_date", "death_date", "duffy_null", "residence_elevation_m"),
            patients,
        ),
        "coverage": (("patient_id", "domain", "observed_from", "observed_to"), coverage),
    }
    for table, (names, rows) in tables.items():
        pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row").write_csv(
            folder / f"{table}.csv"
        )


def _day(offset: int) -> date:
    return INDEX.date() + timedelta(days=offset)


def findings(folder: Path, cases: Sequence[Case]) -> dict[str, pl.DataFrame]:
    """Statuses of every draw and missing inputs of every finding, by laboratory, after a run from CSV."""
    source, build = folder / "extract", folder / "build"
    source.mkdir(parents=True)
    build.mkdir()
    extract(source, cases)
    night_before = NightBefore(folder / "store", None, None)
    done = ingest(source, build, night_before, Arrival("run", datetime(2026, 6, 15), "UTC", "1", buckets=1))
    assert done.counts.quarantined == 0  # or the laboratories would agree on nothing
    screen(Tonight(build, done.manifest, AS_OF), night_before, everybody=True)
    statuses = [rule.status_column for rule in RULES]
    verdicts = pl.read_parquet(build / "tables" / "verdict" / "*.parquet").select(*KEYS, *statuses)
    missing = pl.read_parquet(build / "tables" / "finding" / "*.parquet").select(*KEYS, "rule_id", "missing")
    whole = verdicts.join(
        missing.group_by(KEYS).agg(findings=pl.struct("rule_id", "missing").sort()), on=list(KEYS), how="left"
    )
    return {
        name: whole.filter(pl.col("patient_id").str.starts_with(f"{name}/"))
        .with_columns(pl.col("patient_id", "index_specimen_id").str.strip_prefix(f"{name}/"))
        .sort("patient_id", "index_collected_at")
        for name in LABORATORIES
    }


def plausible(case: Case) -> Case:
    """The case without hemoglobin so low that its unit is doubted (RULES.md 1.2, 1.7: mmol/L of 1 to 4)."""
    low = any(float(text.strip("<>")) < 66 for text, _, _ in dated(case.get("hb", "")))
    return {column: cell for column, cell in case.items() if column != "hb" or not low}


@settings(max_examples=EXAMPLES)
@given(seed=st.integers(0, 10**9), count=st.integers(PATIENTS // 2, PATIENTS))
def test_units_do_not_change_a_finding(
    seed: int, count: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cases = [plausible(case) for case in population(seed, count)]
    found = findings(tmp_path_factory.mktemp("units"), cases)
    assert len(found["US"]) >= count * 0.8
    for name in ("SI", "LO"):
        assert found[name].select(KEYS).equals(found["US"].select(KEYS))
        unlike = {
            (who, column)
            for column in found["US"].columns
            for who in found["US"].filter(found[name][column].ne_missing(found["US"][column]))["patient_id"]
        }
        differing = [(column, next(case for case in cases if case["case"] == who)) for who, column in unlike]
        assert not differing, f"{name} and US differ"


def test_every_unit_is_used() -> None:
    """A factor that the generator never meets would prove nothing."""
    seen = {column for case in population(1, 400) for column in case}
    assert {analyte for units in LABORATORIES.values() for analyte in units} <= seen
