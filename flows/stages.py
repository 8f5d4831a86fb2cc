"""The stages of a night: plain functions over one small context, in this order with or without Prefect."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from flows.adapters.model import MergesTold
from flows.code_map import read_code_map
from flows.errors import CheckError, HemacohortError, UsageError, stop_behind
from flows.failures import unforeseen
from flows.file_names import PLACES, without_names
from flows.home import Home
from flows.loading import Arrival, NightBefore
from flows.manifest import read_manifest, write_manifest
from flows.peak_memory import peak_mb, reset_peak
from flows.settings import Settings

Counts = Mapping[str, Any]


@dataclass(frozen=True)
class Night:
    """What every stage of a night needs to know: paths, dates and ids, never a connection or a frame.

    as_of: "today", "auto" or an ISO date, as asked; ``decided_as_of`` gives the day once it is decided.
    started_at: local time in the home's time zone. full: rebuild everything. known_at: the local time at which a past
    night is to be seen again as it was known then; such a night reads no extract and is never put in force.
    accept: checks that may fail tonight, and why.
    """

    home: Path
    extract: Path
    source: str
    as_of: str
    run_id: str
    started_at: datetime
    settings: Settings
    full: bool = False
    known_at: datetime | None = None
    accept: Mapping[str, str] = field(default_factory=dict)

    @property
    def build(self) -> Path:
        """The private folder the night is built in."""
        return Home(self.home).work / self.run_id

    @property
    def place(self) -> Path:
        """The folder the night stays in."""
        home = Home(self.home)
        return (home.nights if self.known_at is None else home.past) / self.run_id

    @property
    def folder(self) -> Path:
        """Where the night lies now."""
        return self.build if self.build.is_dir() else self.place

    @property
    def record(self) -> Path:
        """What the stages recorded; it lies beside the build folder and never in a published night."""
        return Home(self.home).work / f"{self.run_id}.jsonl"


@dataclass(frozen=True)
class Stage:
    """One step of a night.

    retries: how often it is worth trying again after a failure to read or write files.
    """

    name: str
    title: str
    work: Callable[[Night], Counts]
    retries: int = 0


def run_stage(stage: Stage, night: Night) -> Counts:
    """Run a stage and record its counts, seconds and peak memory.

    Raises the stage's own HemacohortError, and what it was stopped by; anything else as UnforeseenError with its log
    written, so that no message of a library (which may quote a value or the name of a file) goes further.
    """
    # a past night has no extract; its folder is the home itself
    extract = night.extract if night.known_at is None else None
    reset_peak()
    start = time.perf_counter()
    try:
        counts = dict(stage.work(night))
    except HemacohortError as error:
        if extract is not None:
            said = without_names(str(error), extract)
            error.args = (said if said == str(error) else f"{said} {PLACES}",)
        raise
    except (Exception, pl.exceptions.PanicException) as error:  # noqa: BLE001  its text may quote a patient
        stop = stop_behind(error)
        if stop is not None:
            raise stop from None
        raise unforeseen(Home(night.home).logs, error, extract) from None
    if "notes" in counts:
        notes = tuple(without_names(note, night.extract) for note in counts["notes"])
        counts["notes"] = notes if notes == tuple(counts["notes"]) else (*notes, PLACES)
    entry = {
        "stage": stage.name,
        "seconds": round(time.perf_counter() - start, 3),
        "peak_mb": peak_mb(),
        "counts": counts,
    }
    with night.record.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry, default=str) + "\n")
    return counts


def records(night: Night) -> list[dict[str, Any]]:
    """What the stages so far recorded: stage, seconds, peak_mb, counts; of a stage that ran again the last run."""
    if not night.record.is_file():
        return []
    entries = [json.loads(line) for line in night.record.read_text(encoding="utf-8").splitlines()]
    return list({entry["stage"]: entry for entry in entries}.values())


def recorded(night: Night, stage: str) -> Counts:
    """Counts of a stage that has run. KeyError if it has not."""
    counts: Counts = {entry["stage"]: entry["counts"] for entry in records(night)}[stage]
    return counts


def decided_as_of(night: Night) -> date:
    """The night being screened."""
    return date.fromisoformat(recorded(night, "as_of")["as_of"])


def _adapt(night: Night) -> Counts:
    if night.known_at is not None:
        return {"adapted": False}
    if night.source == "canonical":
        return {"source": night.source, "adapted": False}
    from flows.adapters import adapt, folder_checksum
    from flows.publish import own_version

    folder, files = folder_checksum(night.source, night.extract)
    before = Home(night.home).night_before().manifest
    if before is not None and before.knows(folder, own_version()):
        return {"source": night.source, "adapted": False, "known_files": files, "folder": folder}
    adapt(night.source, night.extract, night.build / "canonical")
    return {"source": night.source, "adapted": True, "folder": folder}


def _arrival(night: Night, folder: str | None = None, merges: MergesTold = "complete") -> Arrival:
    """The night's own facts, with its code map read. folder, merges: of a foreign extract, as in ``Arrival``."""
    from flows.publish import own_version

    return Arrival(
        run_id=night.run_id,
        loaded_at=night.started_at,
        timezone=night.settings.timezone,
        version=own_version(),
        code_map=read_code_map(night.home, night.settings.code_map),
        unit_inference=night.settings.unit_inference,
        folder=folder,
        merges=merges,
        buckets=night.settings.buckets,
    )


def _recall(night: Night, moment: datetime) -> Counts:
    """Every patient's tables as they were known at a local time."""
    from flows.recall import recall

    then, newest = recall(night.build, Home(night.home).night_before(), _arrival(night), moment)
    write_manifest(night.build, then)
    return {"loads": len(then.loads), "newest_collected_at": newest, "patients": None}


def _ingest(night: Night) -> Counts:
    if night.known_at is not None:
        return _recall(night, night.known_at)
    from flows.ingest import ingest

    canonical, originals = night.extract, None
    merges: MergesTold = "complete"
    adapted = recorded(night, "adapt")
    known = adapted.get("known_files")
    if adapted["adapted"]:
        from flows.adapters import merges_told, source_files

        canonical = night.build / "canonical"
        originals = source_files(canonical)
        merges = merges_told(night.source)
    arrival = _arrival(night, adapted.get("folder"), merges)
    done = ingest(
        canonical if known is None else None,
        night.build,
        Home(night.home).night_before(),
        arrival,
        full=night.full,
        originals=originals,
    )
    write_manifest(night.build, done.manifest)
    counts = asdict(done.counts)
    counts.pop("files")  # they are in run.input_file
    counts["known_files"] += known or 0
    return {**counts, "code_map": arrival.code_map.record()}


def _decide_as_of(night: Night) -> Counts:
    """The day asked for; "today" is the day the night began; "auto" is that of the newest collection time."""
    if night.as_of == "auto":
        from flows.generations import newest_in_force

        newest = newest_in_force(night.build / "tables")
        if newest is None:
            raise UsageError(
                "--as-of auto takes the day of the newest usable result, and the extract has none; give a date instead."
            )
        return {"as_of": newest.date().isoformat()}
    return {"as_of": night.started_at.date().isoformat() if night.as_of == "today" else night.as_of}


def _screen(night: Night) -> Counts:
    from flows.audit import check_rules
    from flows.screen import Tonight, screen, verdicts_rest_on

    as_of, night_before = decided_as_of(night), Home(night.home).night_before()
    check_rules(night, as_of)
    manifest = read_manifest(night.build)
    if manifest is None:
        raise CheckError("manifest", "the night has no manifest")
    basis = verdicts_rest_on(night.settings.switches)
    if night.known_at is not None:
        night_before = NightBefore(night_before.store, None, None)
    before = night_before.manifest
    everybody = (
        before is None
        or recorded(night, "ingest")["patients"] is None
        or before.screen_basis != basis
        or as_of < before.as_of
    )
    tonight = Tonight(
        build=night.build,
        manifest=manifest,
        as_of=as_of,
        memory_limit=night.settings.memory_limit,
        workers=night.settings.workers,
        switches=night.settings.switches,
    )
    counts = screen(tonight, night_before, everybody=everybody)
    write_manifest(night.build, manifest.model_copy(update={"as_of": as_of, "screen_basis": basis}))
    return asdict(counts)


def _export(night: Night) -> Counts:
    from flows.exports import write_exports

    return write_exports(night, decided_as_of(night))


def _warehouse(night: Night) -> Counts:
    from flows.publish import settle

    return settle(night, decided_as_of(night), recorded(night, "exports")["digest"])


def _audit(night: Night) -> Counts:
    from flows.audit import audit

    return audit(night, decided_as_of(night))


def _report(night: Night) -> Counts:
    from flows.report import write_report

    write_report(night.folder, night.folder / "report")
    return {"pages": 1}


def _publish(night: Night) -> Counts:
    from flows.publish import publish

    return publish(night, decided_as_of(night), records(night))


STAGES = (
    Stage("adapt", "Bring the extract to the canonical layout", _adapt, retries=2),
    Stage("ingest", "Read and check the extract", _ingest, retries=2),
    Stage("as_of", "Decide the night", _decide_as_of),
    Stage("screen", "Screen every blood count", _screen),
    Stage("exports", "Write findings, cohorts and ledger", _export),
    Stage("warehouse", "Build the warehouse", _warehouse),
    Stage("audit", "Audit the night", _audit),
    Stage("report", "Write the report", _report),
    Stage("publish", "Publish the night", _publish, retries=2),
)
