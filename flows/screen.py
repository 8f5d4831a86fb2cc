"""Screening: for each bucket of patients, gather the evidence with SQL, judge it, and write what was found."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from flows.gathering import Bucket, Place, gathered, places_wanted, read_bucket
from flows.generations import (
    ADDED,
    LAB,
    PATIENTS,
    RESULTS,
    SCREEN,
    bucket_number,
    current,
    first_buckets,
    inherit,
    merge_all,
    merge_generations,
    own,
    owners,
    piece_name,
    pieces_of,
)
from flows.loading import NightBefore
from flows.manifest import Manifest
from flows.site_drift import Earlier, write_site_drift
from flows.staging import bucket_of
from flows.tables import write_table
from flows.totals import write_totals
from flows.workers import in_order
from schemas.contracts import CONTRACTS
from schemas.evidence import CONTEXT, INPUTS
from schemas.gaps import GAP_TALLY
from schemas.history_atoms import HISTORY_ATOMS
from schemas.switches import DEFAULTS, Switches
from schemas.tables import empty
from transforms.counts import (
    DRAW_COUNTS,
    attrition,
    counted_columns,
    draw_flags,
    place_flags,
    rule_counts,
)
from transforms.due import due_on
from transforms.evidence import PatientRecords, build_evidence, index_draws
from transforms.findings import KEYS
from transforms.gap_metrics import gap_times
from transforms.gap_summary import GAP_COUNTS, gap_metrics, gap_tallies
from transforms.judging import judge
from transforms.membership import membership
from transforms.repeats import with_repeats
from transforms.rule import Rule
from transforms.rule_fingerprint import fingerprints
from transforms.rules import rule_book
from transforms.tallies import negative, total
from transforms.why import why_of_members

EPOCH = date(1970, 1, 1)
TALLIES = ("rule_count", "attrition", "gap_tally")  # that a night takes over from the night before


@dataclass(frozen=True)
class ScreenCounts:
    """What the night's screening looked at and found: counts only.

    judged: patients judged tonight; None where everybody was. due: those of them judged because of the time alone.
    The other counts are of the whole home.
    """

    judged: int | None
    due: int
    draws: int
    patients: int
    met: int
    indeterminate: int
    drifting_site_months: int


@dataclass(frozen=True)
class Counted:
    """What is counted of the judged draws of a bucket: by rule, by step of a rule, and the times to care."""

    rules: pl.DataFrame
    steps: pl.DataFrame
    gaps: pl.DataFrame


@dataclass(frozen=True)
class Tonight:
    """The night to screen.

    build: folder with the tables of ingest. manifest: of this night. as_of: its day; nothing collected after its end is
    seen. memory_limit: of DuckDB, for each bucket. workers: buckets judged at the same time. switches: the choices
    between sources.
    """

    build: Path
    manifest: Manifest
    as_of: date
    memory_limit: str = "2GB"
    workers: int = 1
    switches: Switches = DEFAULTS

    @property
    def tables(self) -> Path:
        """Where the stages of the night write their tables."""
        return self.build / "tables"

    def counted(self, places: Iterable[Place]) -> Iterator[Counted]:
        """Judge the patients of each place, write the pieces of its tables, and count."""
        return in_order(self._count_place, enumerate(places), self.workers)

    def _count_place(self, numbered: tuple[int, Place]) -> Counted:
        number, place = numbered
        bucket = read_bucket(place, self.as_of, self.memory_limit)
        piece = piece_name(self.manifest.number, number)
        counted = _judge(self.build, piece, bucket, (self.as_of - EPOCH).days, self.switches)
        write_totals(self.build, piece, self.memory_limit)
        return counted


def screen(tonight: Tonight, night_before: NightBefore, *, everybody: bool) -> ScreenCounts:
    """Judge the draws of everybody, or of the patients whom the night concerns, and write the tables of the stage.

    everybody: everybody's tables were derived again, or what verdicts depend on has changed. Writes the tables of
    generations.SCREEN, TALLIES and gap_metric. Memory is bounded by the largest bucket, times the workers.
    """
    if not everybody and night_before.folder is not None and night_before.manifest is not None:
        return _screen_concerned(tonight, night_before.folder / "tables", night_before.manifest.as_of)
    tables = tonight.tables
    for group in LAB:
        merge_all(group, tables, _bucket(tonight))
    places = [Place(tables, piece.stem) for piece in sorted((tables / "lab_result").glob("*.parquet"))]
    counted = list(tonight.counted(places))
    drifting = write_site_drift(tonight.build, as_of=tonight.as_of, earlier=None)
    return _count(tonight, counted, judged=None, due=0, drifting=drifting)


def _screen_concerned(tonight: Tonight, earlier: Path, since: date) -> ScreenCounts:
    """Judge the patients whom the night concerns; the rest is as the night before left it.

    earlier, since: the tables and the day of the night before. What the home holds of the patients is read beside the
    judging: either keeps one core busy.
    """
    build, tables, generation = tonight.build, tonight.tables, tonight.manifest.number
    inherit(SCREEN, earlier, tables)
    derived_again, concerned = (
        owners(group, tables).filter(pl.col("generation") == generation)["patient_id"]
        for group in (RESULTS, PATIENTS)
    )
    due = _due(tables, tonight.as_of, concerned)
    again = pl.concat([concerned, due])
    new: list[Place] = []  # of patients whose results were derived again
    added: list[Place] = []
    for piece in pieces_of(tables, "lab_result").get(generation, []):
        (added if bucket_number(piece) == ADDED else new).append(Place(tables, piece.stem))
    kept = again.filter(~again.is_in(derived_again.implode()))
    number = places_wanted(earlier, kept, tonight.workers)
    with ThreadPoolExecutor(1) as beside:
        old = beside.submit(gathered, tables, kept, build / "staged" / "kept", number)

        def places() -> Iterator[Place]:
            yield from new
            yield from old.result()

        def drifting() -> int:
            now, more, unchanged = (
                tuple(place.path("lab_result") for place in of_some) for of_some in (new, added, old.result())
            )
            before = Earlier(earlier, since, derived_again, now=now, added=more, kept=unchanged)
            return write_site_drift(build, as_of=tonight.as_of, earlier=before)

        drift = beside.submit(drifting)
        others = beside.submit(_of_others, earlier, again, rule_book(tonight.switches))
        counted = [*tonight.counted(places()), others.result()]
    own(SCREEN, tables, again, generation)
    for group in (*LAB, SCREEN):
        merge_generations(group, tables, _bucket(tonight))
    shutil.rmtree(build / "staged", ignore_errors=True)
    return _count(tonight, counted, judged=len(again), due=len(due), drifting=drift.result())


def _bucket(tonight: Tonight) -> pl.Expr:
    """Bucket of a patient in the first generation of the tables."""
    return bucket_of(pl.col("patient_id"), tonight.manifest.slices, first_buckets(RESULTS, tonight.tables))


def verdicts_rest_on(switches: Switches) -> dict[str, str]:
    """What the tables of everybody rest on besides the results: rules, choices between sources, and their own columns."""
    rules = rule_book(switches)
    logic = json.dumps(
        [sorted(fingerprints(rules).items()), [(rule.rule_id, rule.version, rule.inputs) for rule in rules]]
    )
    # a table or column that a night before did not write is made for everybody
    columns = {table: sorted(CONTRACTS[table].columns) for table in (*SCREEN.tables, *TALLIES)}
    # the contract of the evidence names its keys only
    columns["evidence"] = sorted({*CONTEXT, *HISTORY_ATOMS, *(item.column for item in INPUTS.values())})
    return {
        "rules": hashlib.sha256(logic.encode()).hexdigest(),
        "switches": switches.fingerprint,
        "tables": hashlib.sha256(json.dumps(columns).encode()).hexdigest(),
    }


def _due(tables: Path, as_of: date, concerned: pl.Series) -> pl.Series:
    """Patients for whom time alone may have changed something by the night."""
    rows = current(tables, "due")
    if rows is None:
        return pl.Series("patient_id", [], pl.String)
    arrived = (
        rows.filter(pl.col("due_on") <= as_of).select("patient_id").collect(engine="streaming")["patient_id"]
    )
    return arrived.filter(~arrived.is_in(concerned.implode())).sort()


def _judge(build: Path, name: str, bucket: Bucket, as_of_day: int, switches: Switches) -> Counted:
    """Judge the draws of a bucket and write its pieces."""
    rules = rule_book(switches)
    draws = index_draws(bucket.results, bucket.reported)
    records = PatientRecords(bucket.results, bucket.reported, bucket.patients, bucket.events, bucket.coverage)
    evidence = with_repeats(build_evidence(draws, records, as_of_day, switches), switches)
    judged = judge(evidence, rules, switches)
    dead = bucket.patients.filter(pl.col("death_date").is_not_null())["patient_id"]
    members = membership(judged.verdicts, rules, dead, as_of_day)
    write_table(build, "evidence", name, evidence.drop("draw_flags", "result_flags"))
    write_table(build, "verdict", name, judged.verdicts)
    write_table(build, "finding", name, judged.findings)
    write_table(build, "membership", name, members)
    write_table(build, "why", name, why_of_members(evidence, judged.verdicts, members, rules, bucket.results))
    times = gap_times(evidence, judged.verdicts, bucket.results, bucket.events, bucket.patients, as_of_day)
    write_table(build, "gap_time", name, times)
    write_table(
        build, "draw_flag", name, pl.concat([draw_flags(judged.flagged), place_flags(bucket.out_of_place)])
    )
    judged_draws = pl.concat([evidence, judged.verdicts.drop(KEYS)], how="horizontal")
    due = due_on(judged_draws, times, bucket.coverage, bucket.unseen, rules, as_of_day)
    write_table(build, "due", name, due)
    return Counted(rule_counts(judged.verdicts, rules), attrition(judged.verdicts, rules), gap_tallies(times))


def _of_others(earlier: Path, again: pl.Series, rules: Sequence[Rule]) -> Counted:
    """What the night before counted of those who are not judged again. earlier: its tables. again: who is."""
    counts, steps, gaps = (pl.read_parquet(earlier / table / "all.parquet") for table in TALLIES)
    old, old_times = current(earlier, "verdict", again), current(earlier, "gap_time", again)
    if old is not None:
        verdicts = old.select(counted_columns(rules)).collect(engine="streaming")
        counts = pl.concat([counts, negative(rule_counts(verdicts, rules), DRAW_COUNTS)])
        steps = pl.concat([steps, negative(attrition(verdicts, rules), DRAW_COUNTS)])
    if old_times is not None:
        gaps = pl.concat([gaps, negative(gap_tallies(old_times.collect(engine="streaming")), GAP_COUNTS)])
    return Counted(counts, steps, gaps)


def _count(
    tonight: Tonight, counted: Sequence[Counted], *, judged: int | None, due: int, drifting: int
) -> ScreenCounts:
    """Write the counts of the whole home. counted: of different patients, which add up."""
    rule_count = total([part.rules for part in counted], DRAW_COUNTS)
    rule_count = rule_count.sort("rule_id", "status", "tier", nulls_last=True)
    attrited = total([part.steps for part in counted], DRAW_COUNTS, keep_zeros=True).sort("rule_id", "step")
    tally = total([empty(GAP_TALLY), *(part.gaps for part in counted)], GAP_COUNTS)
    write_table(tonight.build, "rule_count", "all", rule_count)
    write_table(tonight.build, "attrition", "all", attrited)
    write_table(tonight.build, "gap_tally", "all", tally)
    write_table(tonight.build, "gap_metric", "all", gap_metrics(tally, tonight.as_of))
    whole = attrited.filter(pl.col("step") == 0).head(1)
    return ScreenCounts(
        judged=judged,
        due=due,
        draws=int(whole["draws"].sum()),
        patients=int(whole["patients"].sum()),
        met=int(rule_count.filter(pl.col("status") == "met")["draws"].sum()),
        indeterminate=int(rule_count.filter(pl.col("status") == "indeterminate")["draws"].sum()),
        drifting_site_months=drifting,
    )
