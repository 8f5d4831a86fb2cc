"""Every line of docs/time.md about patients, clinical events and coverage."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from schemas.extract import EXTRACT_TABLES
from tests.pages import table_under
from transforms.extract_tables import parse_coverage, parse_events, parse_patients

LINES = table_under("time.md", "Patients, clinical events and coverage")
ZONE = "Europe/Berlin"
USUAL = {
    "patients": {"patient_id": "p", "birth_date": "1980-01-01"},
    "clinical_events": {
        "patient_id": "p",
        "kind": "diagnosis",
        "code_system": "ICD10CM",
        "code": "D50",
        "start_date": "2026-01-02",
    },
    "coverage": {
        "patient_id": "p",
        "domain": "lab",
        "observed_from": "2026-01-02",
        "observed_to": "2026-01-03",
    },
}


@pytest.mark.parametrize(("table", "column", "sent", "read_as", "reason"), LINES)
def test_date(table: str, column: str, sent: str, read_as: str, reason: str) -> None:
    row = {**dict.fromkeys(EXTRACT_TABLES[table].column_names), **USUAL[table], column: sent or None}
    texts = pl.DataFrame(
        [{**row, "source_file": "f.csv", "source_line": 2}],
        schema={**dict.fromkeys((*row, "source_file"), pl.String), "source_line": pl.Int64},
    )
    if table == "patients":
        parsed = parse_patients(texts, newest=date(2026, 6, 1), timezone=ZONE)
    elif table == "clinical_events":
        parsed = parse_events(texts, timezone=ZONE)
    else:
        parsed = parse_coverage(texts, timezone=ZONE)
    if read_as == "quarantined":
        assert parsed.rejected["reasons"].to_list() == [[reason]]
        assert parsed.accepted.is_empty()
        return
    assert parsed.accepted[column].to_list() == [
        None if read_as == "nothing" else date.fromisoformat(read_as)
    ]


def test_the_page_has_its_table() -> None:
    assert {line[0] for line in LINES} == set(USUAL)
