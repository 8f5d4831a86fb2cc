"""Laboratory rows written as short texts, and a way to normalize them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import polars as pl
import pytest

from schemas.extract import EXTRACT_TABLES
from transforms.code_map import NO_MAP, CodeMap
from transforms.results import Normalized, normalize_results

LOADED = datetime(2026, 11, 24, 2, 15)
COLUMNS = {
    **dict.fromkeys(EXTRACT_TABLES["lab_results"].column_names, pl.String),
    "source_patient_id": pl.String,
    "source_file": pl.String,
    "load": pl.Int32,
}
USUAL = {
    "patient_id": "P1",
    "specimen_id": "S1",
    "collected_at": "2026-01-02 07:00:00",
    "code_system": "hemacohort",
    "source_file": "labs.csv",
    "load": 1,
}


@pytest.fixture
def normalize() -> Callable[..., Normalized]:
    """Normalize rows given as dictionaries; what they leave out is usual. Lines are numbered from 2."""

    def run(*rows: dict[str, str | None], code_map: CodeMap = NO_MAP) -> Normalized:
        schema = {**COLUMNS, "source_line": pl.Int64}
        filled = [{**USUAL, **row, "source_line": number} for number, row in enumerate(rows, start=2)]
        return normalize_results(
            pl.DataFrame(filled, schema=schema),
            timezone="Europe/Berlin",
            loads={1: LOADED},
            code_map=code_map,
        )

    return run


@pytest.fixture
def one(normalize: Callable[..., Normalized]) -> Callable[..., dict[str, object]]:
    """What becomes of one value: its interval, unit and flags, or the reasons for which it is set aside."""

    def run(analyte: str, value: str | None, unit: str | None, **others: str) -> dict[str, object]:
        done = normalize({"code": analyte, "value": value, "unit": unit, **others})
        if done.quarantine.height:
            return {"reasons": done.quarantine["reasons"].item().to_list()}
        row = done.results.row(0, named=True)
        return {key: row[key] for key in ("value", "value_low", "value_high", "unit", "flags")}

    return run
