"""Columns and types of the tables that cross a stage; schemas.contracts says what must hold on their rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from schemas.extract import EXTRACT_TABLES

TIME = pl.Datetime("us")
SOURCE: Mapping[str, Any] = {"source_file": pl.String, "source_line": pl.Int64}
FATES = ("accepted", "duplicate", "superseded", "ignored", "quarantined")

LAB_RESULT: Mapping[str, Any] = {
    "patient_id": pl.String,
    "source_patient_id": pl.String,  # where a merge replaced it
    "result_id": pl.String,
    "specimen_id": pl.String,
    "collected_at": TIME,
    "resulted_at": TIME,
    "analyte": pl.String,
    "value": pl.Float64,
    "value_low": pl.Float64,
    "value_high": pl.Float64,
    "unit": pl.String,
    "source_value": pl.String,
    "source_unit": pl.String,
    "code_system": pl.String,
    "code": pl.String,
    "status": pl.String,
    "site": pl.String,
    "method": pl.String,
    "flags": pl.List(pl.String),
    "loaded_at": TIME,
    "superseded_at": TIME,
    "superseded_by": pl.String,
    **SOURCE,
}
REPORTED_COUNT: Mapping[str, Any] = {
    "patient_id": pl.String,
    "collected_at": TIME,
    "specimen_id": pl.String,
    "analyte": pl.String,
    "reason": pl.String,
    "is_blood_count": pl.Boolean,
}
QUALITY_FLAG: Mapping[str, Any] = {
    "patient_id": pl.String,
    "specimen_id": pl.String,
    "collected_at": TIME,
    "analyte": pl.String,
    "flag": pl.String,
    "detail": pl.String,
    **SOURCE,
}
QUARANTINE: Mapping[str, Any] = {
    "table_name": pl.String,
    "source_patient_id": pl.String,
    **dict.fromkeys(EXTRACT_TABLES["lab_results"].column_names, pl.String),
    "received": pl.String,
    "reasons": pl.List(pl.String),
    "analyte": pl.String,
    **SOURCE,
}
UNMAPPED_TEXTS = ("code_system", "code", "specimen", "name", "unit", "site")
# rows that no rule reads, counted by load, texts and bin (transforms.unmapped)
UNMAPPED_CODE: Mapping[str, Any] = {
    "load": pl.Int32,
    **dict.fromkeys(UNMAPPED_TEXTS, pl.String),
    "bin": pl.Int16,
    "rows": pl.Int64,
}
UNMAPPED_SUMMARY: Mapping[str, Any] = {
    **dict.fromkeys(UNMAPPED_TEXTS, pl.String),
    "rows": pl.Int64,
    "numbers": pl.Int64,
    **dict.fromkeys(("p05", "p25", "median", "p75", "p95"), pl.Float64),
    "suggested": pl.String,
    "score": pl.Float64,
    "reason": pl.String,
    "others": pl.List(pl.String),
}
LAB_PATIENT: Mapping[str, Any] = {
    "patient_id": pl.String,
    "sex": pl.String,
    "birth_date": pl.Date,
    "death_date": pl.Date,
    "duffy_null": pl.Boolean,
    "residence_elevation_m": pl.Float64,
}
LAB_CLINICAL_EVENT: Mapping[str, Any] = {
    "patient_id": pl.String,
    "source_patient_id": pl.String,
    "kind": pl.String,
    "code_system": pl.String,
    "code": pl.String,
    "start_date": pl.Date,
    "end_date": pl.Date,
    **SOURCE,
}
LAB_COVERAGE: Mapping[str, Any] = {
    "patient_id": pl.String,
    "domain": pl.String,
    "observed_from": pl.Date,
    "observed_to": pl.Date,
}
CONTACT: Mapping[str, Any] = {"patient_id": pl.String, "first": pl.Date, "last": pl.Date}
INPUT_FILE: Mapping[str, Any] = {
    "table_name": pl.String,
    "source_file": pl.String,
    "bytes": pl.Int64,
    "sha256": pl.String,
    "rows": pl.Int64,
    **dict.fromkeys(FATES, pl.Int64),
    "load": pl.Int32,
    "loaded_at": TIME,
}
FINDING: Mapping[str, Any] = {
    "patient_id": pl.String,
    "index_specimen_id": pl.String,
    "index_collected_at": TIME,
    "rule_id": pl.String,
    "rule_version": pl.Int32,
    "status": pl.String,
    "tier": pl.String,
    "missing": pl.List(pl.String),
    "side": pl.String,
    "caveats": pl.List(pl.String),
    "as_of": pl.Date,
    "run_id": pl.String,
}
MEMBERSHIP: Mapping[str, Any] = {
    "patient_id": pl.String,
    "rule_id": pl.String,
    "rule_version": pl.Int32,
    "status": pl.String,
    "tier": pl.String,
    "entered_on": pl.Date,
    "index_collected_at": TIME,
}
WHY: Mapping[str, Any] = {
    "patient_id": pl.String,
    "rule_id": pl.String,
    "index_collected_at": TIME,
    "criterion_id": pl.String,
    "says": pl.String,
    "verdict": pl.Boolean,
    "input": pl.String,
    "value": pl.Float64,
    "unit": pl.String,
    "collected_at": TIME,
    "specimen_id": pl.String,
    "source_value": pl.String,
    "source_unit": pl.String,
    "threshold": pl.String,
    "citation": pl.String,
}
# of screen.evidence and screen.verdict; a column per input or criterion follows
DRAW_KEYS: Mapping[str, Any] = {
    "patient_id": pl.String,
    "index_specimen_id": pl.String,
    "index_collected_at": TIME,
}
DUE: Mapping[str, Any] = {"patient_id": pl.String, "due_on": pl.Date}
RULE_COUNT: Mapping[str, Any] = {
    "rule_id": pl.String,
    "status": pl.String,
    "tier": pl.String,
    "draws": pl.Int64,
    "patients": pl.Int64,
}
ATTRITION: Mapping[str, Any] = {
    "rule_id": pl.String,
    "step": pl.Int64,
    "says": pl.String,
    "draws": pl.Int64,
    "patients": pl.Int64,
}
PATIENT_TOTAL: Mapping[str, Any] = {
    "patient_id": pl.String,
    "draws": pl.Int64,
    "newest_draw": TIME,
    "findings": pl.Int64,
    "findings_sum": pl.Decimal(38, 0),
    "inferred": pl.Int64,
    "inferred_met": pl.Int64,
    "why": pl.Int64,
    "why_sum": pl.Decimal(38, 0),
    "members": pl.Int64,
    "members_sum": pl.Decimal(38, 0),
}
"""What is summed of a patient: rows and checksums of findings, why and membership; findings on an inferred unit."""
LISTED: Mapping[str, Any] = {
    "patient_id": pl.String,
    "rule_id": pl.String,
    "status": pl.String,
    "tier": pl.String,
    "entered_on": pl.Date,
    "index_collected_at": TIME,
    "index_specimen_id": pl.String,
    "missing": pl.List(pl.String),
    "caveats": pl.List(pl.String),
}
"""A membership row with the finding that decides it."""
POPULATION: Mapping[str, Any] = {
    "patients": pl.Int64,
    "draws": pl.Int64,
    "recent_patients": pl.Int64,
    "findings": pl.Int64,
    "inferred_findings": pl.Int64,
    "inferred_met": pl.Int64,
    "inferred_patients": pl.Int64,
}
"""How many patients, blood counts and findings a night knows."""


def empty(table: Mapping[str, Any]) -> pl.DataFrame:
    """A table without rows."""
    return pl.DataFrame(schema=dict(table))


def shaped(frame: pl.DataFrame, table: Mapping[str, Any]) -> pl.DataFrame:
    """The frame with exactly the table's columns in their order; absent ones are null, others are dropped."""
    return frame.select(
        pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in table.items()
    )
