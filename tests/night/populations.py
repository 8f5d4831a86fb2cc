"""A small population written straight into the tables of the ingest stage, and stubs of what is not tested here."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import polars as pl
import pytest

from flows.generations import piece_name
from flows.ingest import IngestCounts, Ingested
from flows.loading import Arrival, NightBefore
from flows.manifest import Load, Manifest
from flows.staging import division
from schemas.analytes import ANALYTES
from schemas.code_map import CODE_MAP
from schemas.site_medians import MISSING_UNIT
from schemas.tables import (
    INPUT_FILE,
    LAB_CLINICAL_EVENT,
    LAB_COVERAGE,
    LAB_PATIENT,
    LAB_RESULT,
    QUALITY_FLAG,
    QUARANTINE,
    REPORTED_COUNT,
    UNMAPPED_CODE,
    empty,
    shaped,
)
from transforms.ledger_causes import CAUSE

AS_OF = date(2026, 6, 30)
DRAWN = datetime(2026, 6, 1, 8, 15)
DEFICIENT, HEALTHY, UNDECIDED, FORMULA = (
    "secretpatient1",
    "secretpatient2",
    "secretpatient3",
    "=cmd()|secretpatient4",
)
Row = dict[str, Any]
# hemoglobin g/L, MCV fL, ferritin ug/L (None: not measured)
POPULATION: dict[str, tuple[float, float, float | None]] = {
    DEFICIENT: (90.5, 70.25, 8.125),
    HEALTHY: (150.5, 90.0, 80.0),
    UNDECIDED: (90.5, 70.25, None),
    FORMULA: (91.5, 71.25, 9.125),
}


def write_tables(
    build: Path, population: dict[str, tuple[float, float, float | None]], loaded_at: datetime, number: int
) -> None:
    """Every table of the ingest stage for a population of one blood count each. number: of the night."""
    piece = piece_name(number, 0)
    results = _results(population, loaded_at)
    unmapped = [
        {"load": number, "code_system": "local", "code": "GLU", "name": "glucose", "unit": "mg/dL", "rows": 7}
    ]
    causes = [
        {"patient_id": who, "because": "new_result", "caused_by": "lab_results.csv"} for who in population
    ]
    tables: dict[str, tuple[list[Row], Any, str]] = {
        "cause": (causes, CAUSE, "all"),
        "lab_result": (results, LAB_RESULT, piece),
        "reported_count": ([], REPORTED_COUNT, piece),
        "quality_flag": ([], QUALITY_FLAG, piece),
        "quarantine": ([_REJECTED], QUARANTINE, piece),
        "lab_patient": ([_patient(who) for who in population], LAB_PATIENT, piece),
        "lab_clinical_event": ([], LAB_CLINICAL_EVENT, piece),
        "lab_coverage": ([row for who in population for row in _coverage(who)], LAB_COVERAGE, piece),
        "input_file": ([_input_file(len(results), loaded_at, number)], INPUT_FILE, "all"),
        "code_map": ([], CODE_MAP, "all"),
        "missing_unit": ([], MISSING_UNIT, "all"),
        "unmapped_code": (unmapped, UNMAPPED_CODE, "000"),
    }
    for name, (rows, columns, file) in tables.items():
        folder = build / "tables" / name
        folder.mkdir(parents=True, exist_ok=True)
        frame = (
            shaped(pl.DataFrame(rows, schema_overrides=dict(columns)), columns) if rows else empty(columns)
        )
        frame.write_parquet(folder / f"{file}.parquet")


_REJECTED: Row = {
    "table_name": "lab_results",
    "patient_id": HEALTHY,
    "value": "=cmd()",
    "code": "x",
    "reasons": ["REJECT_TEXT"],
    "source_file": "lab_results.csv",
    "source_line": 9,
}


def _results(population: dict[str, tuple[float, float, float | None]], loaded_at: datetime) -> list[Row]:
    return [
        {
            "patient_id": who,
            "specimen_id": "=1+1",
            "collected_at": DRAWN,
            "resulted_at": DRAWN,
            "analyte": analyte,
            "value": value,
            "value_low": value,
            "value_high": value,
            "unit": ANALYTES[analyte].unit,
            "source_value": str(value),
            "source_unit": ANALYTES[analyte].unit,
            "code_system": "hemacohort",
            "code": analyte,
            "status": "final",
            "site": "<script>",
            "flags": [],
            "loaded_at": loaded_at,
            "source_file": "lab_results.csv",
            "source_line": line,
        }
        for line, (who, values) in enumerate(population.items(), start=2)
        for analyte, value in zip(("hb", "mcv", "ferritin"), values, strict=True)
        if value is not None
    ]


def _patient(who: str) -> Row:
    return {"patient_id": who, "sex": "male", "birth_date": date(1970, 3, 1)}


def _coverage(who: str) -> list[Row]:
    return [
        {
            "patient_id": who,
            "domain": domain,
            "observed_from": date(2000, 1, 1),
            "observed_to": AS_OF + timedelta(days=365),
        }
        for domain in ("lab", "diagnosis", "medication", "procedure", "encounter")
    ]


def _input_file(results: int, loaded_at: datetime, number: int) -> Row:
    """The one file of a load: its results, and the row that was rejected."""
    return {
        "table_name": "lab_results",
        "source_file": "lab_results.csv",
        "bytes": 1,
        "sha256": "aa",
        "rows": results + 1,
        "accepted": results,
        "duplicate": 0,
        "superseded": 0,
        "ignored": 0,
        "quarantined": 1,
        "load": number,
        "loaded_at": loaded_at,
    }


def brought(night_before: NightBefore, arrival: Arrival, *, newest: datetime | None) -> Ingested:
    """What the ingest stage says it brought: everybody anew."""
    number = (night_before.manifest.number if night_before.manifest else 0) + 1
    counts = IngestCounts(
        patients=None,
        buckets=1,
        known_files=0,
        rows=12,
        accepted=11,
        duplicate=0,
        superseded=0,
        ignored=0,
        quarantined=1,
        newest_collected_at=newest,
        files=(),
        notes=(),
    )
    manifest = Manifest(
        number=number,
        as_of=AS_OF,
        slices=1,
        loads=(Load(number=number, run_id=arrival.run_id, loaded_at=arrival.loaded_at, files=()),),
        pieces=(),
        merges={},
        newest_collected_at=newest,
        lab_basis={"division": division()},
        screen_basis={},
    )
    return Ingested(counts, manifest)


def stub_stages(patch: pytest.MonkeyPatch, population: dict[str, Any]) -> None:
    """Ingesting brings the population, the report is an empty page; the rest is real."""

    def ingest(
        _extract: Path, build: Path, night_before: NightBefore, arrival: Arrival, **_: Any
    ) -> Ingested:
        done = brought(night_before, arrival, newest=DRAWN if population else None)
        write_tables(build, population, arrival.loaded_at, done.manifest.number)
        return done

    def write_report(_night: Path, out: Path) -> None:
        out.mkdir(parents=True, exist_ok=True)
        (out / "index.html").write_text("<!doctype html>", encoding="utf-8")

    for name, functions in {"ingest": {"ingest": ingest}, "report": {"write_report": write_report}}.items():
        module = ModuleType(f"flows.{name}")
        for function, code in functions.items():
            setattr(module, function, code)
        patch.setitem(sys.modules, f"flows.{name}", module)
