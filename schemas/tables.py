"""Contracts of the tables that cross a stage: columns, types, what is never null, and what must hold on a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandera.polars as pa
import polars as pl

from schemas.analytes import ANALYTES
from schemas.checks import Check, contract
from schemas.code_map import CODE_MAP
from schemas.extract import CODE_SYSTEMS, COVERAGE_DOMAINS, EVENT_KINDS, EXTRACT_TABLES, SEXES, STATUSES
from schemas.site_medians import MISSING_UNIT, OUTCOMES, SITE_UNIT_DRIFT

TIME = pl.Datetime("us")
SOURCE: Mapping[str, Any] = {"source_file": pl.String, "source_line": pl.Int64}
FATES = ("accepted", "duplicate", "superseded", "ignored", "quarantined")
UNITS = {analyte.id: analyte.unit for analyte in ANALYTES.values()}

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
UNMAPPED_CODE: Mapping[
    str, Any
] = {  # rows that no rule reads, counted by load, texts and bin (transforms.unmapped)
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
EVIDENCE_KEYS: Mapping[str, Any] = {
    "patient_id": pl.String,
    "index_specimen_id": pl.String,
    "index_collected_at": TIME,
}


def _one_of(column: str, words: tuple[str, ...], reason: str) -> Check:
    return Check(reason, f"{column} is one of {', '.join(words)}", pl.col(column).is_in(words))


def _ordered(first: str, last: str, reason: str) -> Check:
    holds = (pl.col(last) >= pl.col(first)).fill_null(value=True)
    return Check(reason, f"{last} is not before {first}", holds)


_VALUE, _LOW, _HIGH = pl.col("value"), pl.col("value_low"), pl.col("value_high")
_TIERED = Check(
    "TIER_FITS_STATUS",
    "a met row has a tier, an indeterminate one has none",
    pl.when(pl.col("status") == "met")
    .then(pl.col("tier").is_in(["confirmed", "probable", "possible"]))
    .otherwise(pl.col("tier").is_null()),
)
_KNOWN_ANALYTE = Check(
    "KNOWN_ANALYTE", "the analyte is one of the reference", pl.col("analyte").is_in(list(ANALYTES))
)

CONTRACTS: Mapping[str, pa.DataFrameSchema] = {
    "lab_result": contract(
        "lab_result",
        LAB_RESULT,
        (
            _KNOWN_ANALYTE,
            Check(
                "CANONICAL_UNIT",
                "the unit is the analyte's canonical one",
                pl.col("unit").eq_missing(
                    pl.col("analyte").replace_strict(UNITS, default=None, return_dtype=pl.String)
                ),
            ),
            # is_nan first: NaN >= 5 is true in Polars
            Check(
                "VALUE_IS_NUMBER",
                "no value is NaN",
                ~_LOW.is_nan() & ~_HIGH.is_nan() & ~_VALUE.is_nan().fill_null(value=False),
            ),
            Check("INTERVAL_IN_ORDER", "the lower end is not above the upper", _LOW <= _HIGH),
            Check(
                "VALUE_IS_INTERVAL",
                "an exact value is its own interval",
                _VALUE.is_null() | ((_VALUE == _LOW) & (_VALUE == _HIGH)),
            ),
            _one_of("status", STATUSES, "KNOWN_STATUS"),
            Check(
                "SUPERSEDED_BY_SOMETHING",
                "what was superseded says by what",
                pl.col("superseded_at").is_null() == pl.col("superseded_by").is_null(),
            ),
        ),
        required=(
            "patient_id",
            "collected_at",
            "analyte",
            "value_low",
            "value_high",
            "unit",
            "status",
            "loaded_at",
            "flags",
            "source_file",
            "source_line",
        ),
    ),
    "reported_count": contract(
        "reported_count",
        REPORTED_COUNT,
        (_KNOWN_ANALYTE,),
        required=("patient_id", "collected_at", "analyte", "is_blood_count"),
    ),
    "quality_flag": contract(
        "quality_flag",
        QUALITY_FLAG,
        (Check("BARE_FLAG", "a flag is a bare name", pl.col("flag").str.contains(r"^[A-Z][A-Z0-9_]*\??$")),),
        required=("flag",),
    ),
    "site_flag": contract("site_flag", QUALITY_FLAG, required=("flag", "analyte", "collected_at", "detail")),
    "quarantine": contract(
        "quarantine",
        QUARANTINE,
        (
            _one_of("table_name", tuple(EXTRACT_TABLES), "KNOWN_TABLE"),
            Check("HAS_REASON", "every quarantined row has a reason", pl.col("reasons").list.len() > 0),
        ),
        required=("table_name", "reasons", "source_file", "source_line"),
    ),
    "lab_patient": contract(
        "lab_patient",
        LAB_PATIENT,
        (
            Check("ONE_ROW", "one row per patient", pl.col("patient_id").is_unique()),
            Check(
                "KNOWN_SEX",
                "sex is male, female or null",
                pl.col("sex").is_null() | pl.col("sex").is_in(SEXES),
            ),
            _ordered("birth_date", "death_date", "DEATH_AFTER_BIRTH"),
        ),
        required=("patient_id",),
        strict=False,  # stratum columns of the source come along
    ),
    "lab_clinical_event": contract(
        "lab_clinical_event",
        LAB_CLINICAL_EVENT,
        (
            _one_of("kind", EVENT_KINDS, "KNOWN_KIND"),
            _one_of("code_system", CODE_SYSTEMS, "KNOWN_CODE_SYSTEM"),
            _ordered("start_date", "end_date", "END_AFTER_START"),
        ),
        required=("patient_id", "kind", "code_system", "code", "start_date", "source_file", "source_line"),
    ),
    "lab_coverage": contract(
        "lab_coverage",
        LAB_COVERAGE,
        (
            _one_of("domain", COVERAGE_DOMAINS, "KNOWN_DOMAIN"),
            _ordered("observed_from", "observed_to", "TO_AFTER_FROM"),
        ),
        required=tuple(LAB_COVERAGE),
    ),
    "input_file": contract(
        "input_file",
        INPUT_FILE,
        (
            Check(
                "ROWS_ADD_UP",
                "every row has exactly one fate",
                pl.col("rows") == pl.sum_horizontal(FATES),
            ),
        ),
        required=("table_name", "source_file", "rows", *FATES, "load", "loaded_at"),
    ),
    "code_map": contract("code_map", CODE_MAP, required=("line", "code", "accepted")),
    "missing_unit": contract(
        "missing_unit",
        MISSING_UNIT,
        (_one_of("outcome", tuple(OUTCOMES), "KNOWN_OUTCOME"), _KNOWN_ANALYTE),
        required=("site", "analyte", "month", "results", "patients", "outcome"),
    ),
    "site_unit_drift": contract(
        "site_unit_drift",
        SITE_UNIT_DRIFT,
        (_KNOWN_ANALYTE,),
        required=tuple(name for name in SITE_UNIT_DRIFT if name != "median"),
    ),
    "unmapped_code": contract("unmapped_code", UNMAPPED_CODE, required=("load", "rows")),
    "unmapped_summary": contract("unmapped_summary", UNMAPPED_SUMMARY, required=("code", "rows", "numbers")),
    "contact": contract("contact", CONTACT, required=("patient_id",), checks=()),
    "finding": contract(
        "finding",
        FINDING,
        (_one_of("status", ("met", "indeterminate"), "KNOWN_STATUS"), _TIERED),
        required=(
            "patient_id",
            "index_collected_at",
            "rule_id",
            "rule_version",
            "status",
            "missing",
            "caveats",
            "as_of",
            "run_id",
        ),
    ),
    "membership": contract(
        "membership",
        MEMBERSHIP,
        (_one_of("status", ("met", "indeterminate"), "KNOWN_STATUS"), _TIERED),
        required=("patient_id", "rule_id", "rule_version", "status", "index_collected_at"),
    ),
    "evidence": contract(
        "evidence", EVIDENCE_KEYS, (), required=("patient_id", "index_collected_at"), strict=False
    ),
}


CONTRACTS = {
    **CONTRACTS,
    "table_quarantine": CONTRACTS["quarantine"],
    "table_flag": CONTRACTS["quality_flag"],
}


def empty(table: Mapping[str, Any]) -> pl.DataFrame:
    """A table without rows."""
    return pl.DataFrame(schema=dict(table))


def shaped(frame: pl.DataFrame, table: Mapping[str, Any]) -> pl.DataFrame:
    """The frame with exactly the table's columns in their order; absent ones are null, others are dropped."""
    return frame.select(
        pl.col(name).cast(dtype) if name in frame.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in table.items()
    )
