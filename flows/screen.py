"""Screening: for each bucket of patients, gather the evidence with SQL, judge it, and write what was found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import duckdb
import polars as pl

from flows.sql import statement
from schemas.analytes import BLOOD_COUNT_ANALYTES
from schemas.switches import DEFAULTS, Switches
from transforms.counts import attrition, draw_flags, rule_counts, totals
from transforms.evidence import build_evidence, index_draws
from transforms.gap_metrics import gap_metrics, gap_tallies, gap_times
from transforms.judging import judge
from transforms.membership import membership
from transforms.repeats import with_repeats
from transforms.rules import rule_book
from transforms.why import why_of_members

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class ScreenCounts:
    """What a night's screening looked at and found: counts only."""

    draws: int
    patients: int
    met: int
    indeterminate: int


@dataclass(frozen=True)
class Bucket:
    """The frames of one bucket of patients."""

    results: pl.DataFrame
    reported: pl.DataFrame
    patients: pl.DataFrame
    events: pl.DataFrame
    coverage: pl.DataFrame


def screen(
    build: Path, *, as_of: date, run_id: str, memory_limit: str = "2GB", switches: Switches = DEFAULTS
) -> ScreenCounts:
    """Screen every bucket of a private build folder and write the tables of the screen stage.

    build: folder with tables/lab_result/NNN.parquet and the other tables of ingest. as_of: the night; nothing
    collected after its end is seen. switches: the choices between sources. Writes evidence, verdict, finding, why, membership, gap_time and quality_flag
    pieces, and the counts rule_count, attrition and gap_metric. Memory is bounded by the largest bucket.
    """
    tables = build / "tables"
    rules = rule_book(switches)
    as_of_day = (as_of - EPOCH).days
    counts, steps, tallies = [], [], []
    draw_count = patient_count = 0
    for number, bucket in _buckets(tables, as_of, memory_limit):
        draws = index_draws(
            bucket.results.filter(pl.col("analyte").is_in(BLOOD_COUNT_ANALYTES)), bucket.reported
        )
        evidence = with_repeats(
            build_evidence(
                draws,
                bucket.results,
                bucket.reported,
                bucket.patients,
                bucket.events,
                bucket.coverage,
                as_of_day,
                switches,
            ),
            switches,
        )
        judged = judge(evidence, rules, switches)
        dead = bucket.patients.filter(pl.col("death_date").is_not_null())["patient_id"]
        members = membership(judged.verdicts, rules, dead, as_of_day)
        findings = judged.findings.with_columns(as_of=pl.lit(as_of), run_id=pl.lit(run_id))
        _write(tables, "evidence", number, evidence.drop("draw_flags", "result_flags"))
        _write(tables, "verdict", number, judged.verdicts)
        _write(tables, "finding", number, findings)
        _write(tables, "membership", number, members)
        why = why_of_members(evidence, judged.verdicts, members, rules, bucket.results)
        _write(tables, "why", number, why)
        times = gap_times(
            evidence, judged.verdicts, bucket.results, bucket.events, bucket.patients, as_of_day
        )
        _write(tables, "gap_time", number, times)
        tallies.append(gap_tallies(times))
        _write(tables, "quality_flag", f"draws_{number}", draw_flags(judged.flagged))
        draw_count += draws.height
        patient_count += draws["patient_id"].n_unique()
        counts.append(rule_counts(judged.verdicts, rules))
        steps.append(attrition(judged.verdicts, rules))
    rule_count, steps_total = (
        totals(counts, ["rule_id", "status", "tier"]),
        totals(steps, ["rule_id", "step", "says"]),
    )
    _write(tables, "rule_count", "all", rule_count)
    _write(tables, "attrition", "all", steps_total)
    _write(tables, "gap_metric", "all", gap_metrics(tallies))
    return _counted(rule_count, draws=draw_count, patients=patient_count)


def _buckets(tables: Path, as_of: date, memory_limit: str) -> Iterator[tuple[str, Bucket]]:
    """The buckets one after another, each read by SQL from the pieces of its patients."""
    seen_until = datetime.combine(as_of + timedelta(days=1), time())
    for piece in sorted((tables / "lab_result").glob("*.parquet")):
        with duckdb.connect(
            config={"memory_limit": memory_limit, "preserve_insertion_order": False}
        ) as connection:
            every = {
                "results": str(piece),
                "reported": str(tables / "reported_count" / piece.name),
                "patients": str(tables / "lab_patient" / "all.parquet"),
                "events": str(tables / "lab_clinical_event" / "all.parquet"),
                "coverage": str(tables / "lab_coverage" / "all.parquet"),
                "seen_until": seen_until,
            }
            wanted = {
                "results": ("results", "seen_until"),
                "reported": ("reported", "seen_until"),
                "patients": ("patients", "results", "reported", "seen_until"),
                "events": ("events", "results", "reported", "seen_until"),
                "coverage": ("coverage", "results", "reported"),
            }
            frames = {
                # A relation with parameters (`sql(..., params=)`) hands out its rows 25 times more slowly.
                name: connection.execute(
                    statement(f"evidence/{name}"), {parameter: every[parameter] for parameter in parameters}
                ).pl()
                for name, parameters in wanted.items()
            }
        yield piece.stem, Bucket(**frames)


def _write(tables: Path, name: str, piece: str, frame: pl.DataFrame) -> None:
    folder = tables / name
    folder.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(folder / f"{piece}.parquet", compression="zstd", statistics=True)


def _counted(rule_count: pl.DataFrame, *, draws: int, patients: int) -> ScreenCounts:
    met, indeterminate = (
        int(rule_count.select(pl.col("draws").filter(pl.col("status") == status).sum()).item())
        for status in ("met", "indeterminate")
    )
    return ScreenCounts(draws, patients, met, indeterminate)
