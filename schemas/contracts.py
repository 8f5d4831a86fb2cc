"""Contracts of the tables that cross a stage: columns, types, what is never null, and what must hold on a row."""

from __future__ import annotations

from collections.abc import Mapping

import pandera.polars as pa
import polars as pl

from schemas.analytes import ANALYTES
from schemas.checks import Check, contract
from schemas.code_map import CODE_MAP
from schemas.extract import CODE_SYSTEMS, COVERAGE_DOMAINS, EVENT_KINDS, EXTRACT_TABLES, SEXES, STATUSES
from schemas.gaps import GAP_METRIC, GAP_TALLY, GAP_TIME
from schemas.site_medians import (
    MISSING_UNIT,
    MISSING_UNIT_TALLY,
    OUTCOMES,
    SITE_DAY,
    SITE_RESULTS,
    SITE_UNIT_DRIFT,
    VALUE_COUNT,
    WITHOUT_UNIT,
)
from schemas.tables import (
    ATTRITION,
    CONTACT,
    DRAW_KEYS,
    DUE,
    FATES,
    FINDING,
    INPUT_FILE,
    LAB_CLINICAL_EVENT,
    LAB_COVERAGE,
    LAB_PATIENT,
    LAB_RESULT,
    LISTED,
    MEMBERSHIP,
    PATIENT_TOTAL,
    POPULATION,
    QUALITY_FLAG,
    QUARANTINE,
    REPORTED_COUNT,
    RULE_COUNT,
    UNMAPPED_CODE,
    UNMAPPED_SUMMARY,
    WHY,
)


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
_KNOWN_VERDICT = _one_of("status", ("met", "indeterminate"), "KNOWN_STATUS")
_BARE_FLAG = Check("BARE_FLAG", "a flag is a bare name", pl.col("flag").str.contains(r"^[A-Z][A-Z0-9_]*\??$"))
_ONE_PATIENT = Check("ONE_ROW", "one row per patient", pl.col("patient_id").is_unique())
_DRAW = ("patient_id", "index_collected_at")
_ONE_DRAW = Check("ONE_ROW", "one row per patient and moment", pl.struct(_DRAW).is_unique())
# the same in every row of a night: findings.parquet has them, its pieces do not
_OF_THE_NIGHT = ("as_of", "run_id")
_UNITS = {analyte.id: analyte.unit for analyte in ANALYTES.values()}
_KNOWN_ANALYTE = Check(
    "KNOWN_ANALYTE", "the analyte is one of the reference", pl.col("analyte").is_in(list(ANALYTES))
)

_CONTRACTS: Mapping[str, pa.DataFrameSchema] = {
    "lab_result": contract(
        "lab_result",
        LAB_RESULT,
        (
            _KNOWN_ANALYTE,
            Check(
                "CANONICAL_UNIT",
                "the unit is the analyte's canonical one",
                pl.col("unit").eq_missing(
                    pl.col("analyte").replace_strict(_UNITS, default=None, return_dtype=pl.String)
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
        (_BARE_FLAG,),
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
            _ONE_PATIENT,
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
    "without_unit": contract(
        "without_unit",
        WITHOUT_UNIT,
        (_KNOWN_ANALYTE,),
        required=("patient_id", "identifier", "site", "analyte"),
    ),
    "missing_unit_tally": contract(
        "missing_unit_tally",
        MISSING_UNIT_TALLY,
        (_KNOWN_ANALYTE,),
        required=("site", "analyte", "month", "rows", "patients"),
    ),
    "value_count": contract(
        "value_count", VALUE_COUNT, (_KNOWN_ANALYTE,), required=("analyte", "month", "rows")
    ),
    "site_day": contract("site_day", SITE_DAY, required=("day", "rows")),
    "site_results": contract("site_results", SITE_RESULTS, required=("results", "newest")),
    "site_unit_drift": contract(
        "site_unit_drift",
        SITE_UNIT_DRIFT,
        (_KNOWN_ANALYTE,),
        required=tuple(name for name in SITE_UNIT_DRIFT if name != "median"),
    ),
    "unmapped_code": contract("unmapped_code", UNMAPPED_CODE, required=("load", "rows")),
    "unmapped_summary": contract("unmapped_summary", UNMAPPED_SUMMARY, required=("code", "rows", "numbers")),
    "contact": contract("contact", CONTACT, required=("patient_id",), checks=()),
    "evidence": contract("evidence", DRAW_KEYS, (_ONE_DRAW,), required=_DRAW, strict=False),
    "verdict": contract("verdict", DRAW_KEYS, (_ONE_DRAW,), required=_DRAW, strict=False),
    "finding": contract(
        "finding",
        {name: dtype for name, dtype in FINDING.items() if name not in _OF_THE_NIGHT},
        (_KNOWN_VERDICT, _TIERED),
        required=(*_DRAW, "rule_id", "rule_version", "status", "missing", "caveats"),
    ),
    "membership": contract(
        "membership",
        MEMBERSHIP,
        (
            _KNOWN_VERDICT,
            _TIERED,
            Check("ONE_ROW", "one row per patient and rule", pl.struct("patient_id", "rule_id").is_unique()),
        ),
        required=(*_DRAW, "rule_id", "rule_version", "status"),
    ),
    "why": contract("why", WHY, required=(*_DRAW, "rule_id", "criterion_id", "says", "citation")),
    "gap_time": contract(
        "gap_time",
        GAP_TIME,
        (
            Check("NOT_BEFORE_CLOCK", "no gap ends before its clock starts", pl.col("days") >= 0),
            Check(
                "CLOSED_OR_CENSORED",
                "a gap is closed, or something ended the watch",
                pl.col("closed") == pl.col("censored_by").is_null(),
            ),
        ),
        required=(*_DRAW, "metric", "clock_start", "days", "closed"),
    ),
    "gap_tally": contract("gap_tally", GAP_TALLY, required=("metric", "stratum", "left", "events")),
    "gap_metric": contract("gap_metric", GAP_METRIC, required=("metric", "says", "stratum", "n", "events")),
    "draw_flag": contract("draw_flag", QUALITY_FLAG, (_BARE_FLAG,), required=("patient_id", "flag")),
    "due": contract("due", DUE, (_ONE_PATIENT,), required=tuple(DUE)),
    "patient_total": contract("patient_total", PATIENT_TOTAL, (_ONE_PATIENT,), required=tuple(PATIENT_TOTAL)),
    "listed": contract(
        "listed",
        LISTED,
        (_KNOWN_VERDICT, _TIERED),
        required=("patient_id", "rule_id", "status", "index_collected_at"),
    ),
    "population": contract("population", POPULATION, required=tuple(POPULATION)),
    "rule_count": contract("rule_count", RULE_COUNT, required=("rule_id", "status", "draws", "patients")),
    "attrition": contract("attrition", ATTRITION, required=tuple(ATTRITION)),
}
# The same contract under the names of pieces that lie in folders of their own.
CONTRACTS = {
    **_CONTRACTS,
    "table_quarantine": _CONTRACTS["quarantine"],
    "table_flag": _CONTRACTS["quality_flag"],
}
