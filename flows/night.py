"""A night from beginning to end: lock the home, run the stages in order, leave nothing half-done."""

from __future__ import annotations

import json
import logging
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from flows import settings
from flows.audit import check_accepted
from flows.code_map import read_code_map
from flows.days import as_of_text, moment_text
from flows.disk import check_free_disk
from flows.home import RUN_FILE, Home
from flows.lineage import traced
from flows.logs import logged
from flows.moved import settle_all
from flows.permissions import check_group, private_files
from flows.stages import STAGES, Counts, Night, Stage, run_stage

log = logging.getLogger("hemacohort")
Carry = Callable[[Stage, Night], Counts]


def begin(
    home: Path,
    extract: Path,
    source: str,
    as_of: str | None,
    flags: Mapping[str, Any],
    *,
    full: bool = False,
    known_at: str | None = None,
    accept: Mapping[str, str] | None = None,
) -> Night:
    """Make or open the home and name the night.

    flags: settings given on the command line (None: not given). full: rebuild everything. known_at: a local
    time; the night is then a past one, as it was known at that time. accept: checks that may fail tonight, and why.

    Raises UsageError (settings, code map, --as-of, --accept, a folder that is not a home) and NewerHomeError.
    """
    accepted = dict(accept or {})
    check_accepted(accepted)
    root = home.absolute()
    Home(root).create()
    chosen = settings.load(root, **flags)
    read_code_map(root, chosen.code_map)  # better to refuse a bad one before anything is done
    now = datetime.now(UTC)
    local = now.astimezone(chosen.zone).replace(tzinfo=None)
    return Night(
        home=root,
        extract=extract.absolute(),
        source=source,
        as_of=as_of_text(as_of, local),
        run_id=f"{now:%Y%m%dT%H%M%S}-{now.microsecond:06d}",
        started_at=local,
        settings=chosen,
        full=full,
        known_at=None if known_at is None else moment_text(known_at),
        accept=accepted,
    )


def run_night(night: Night, carry: Carry = run_stage) -> dict[str, Any]:
    """Carry out every stage under the home's lock and return the content of run.json.

    carry: how a stage is run (by itself, or as an orchestrator's task). Raises what a stage raises,
    HomeLockedError while another run holds the home. After any error the published night is what it was, and
    nothing of this one is left.
    """
    home = Home(night.home)
    with private_files(), traced(night), logged(home.logs, night.run_id) as log_file, home.lock() as silent:
        if silent:
            log_file.event("run before ended without a word")
        log_file.event("run began", source=night.source)
        home.clear_leftovers()
        settle_all(home)
        check_group(home, night.settings.analysts_group)
        check_free_disk(home, night.extract if night.known_at is None else None, night.settings)
        night.build.mkdir(parents=True)
        finished = False
        try:
            with _reporter() as report:
                for number, stage in enumerate(STAGES):
                    report.begins(stage, number)
                    log_file.begins(stage.name)
                    start = time.perf_counter()
                    counts = carry(stage, night)
                    seconds = time.perf_counter() - start
                    report.ends(stage, counts, seconds)
                    log_file.ends(stage.name, counts, seconds)
            finished = True
            log_file.event("night published" if night.known_at is None else "past night made again")
        finally:
            _tidy(home, night, finished=finished)
    return summary(night.place)


def summary(folder: Path) -> dict[str, Any]:
    """Content of a night's run.json."""
    content: dict[str, Any] = json.loads((folder / RUN_FILE).read_text(encoding="utf-8"))
    return content


def _tidy(home: Home, night: Night, *, finished: bool) -> None:
    night.record.unlink(missing_ok=True)
    shutil.rmtree(night.build, ignore_errors=True)
    in_force = home.published.is_symlink() and home.published.resolve() == night.place.resolve()
    if not finished and not in_force:
        (night.place / RUN_FILE).unlink(missing_ok=True)
        shutil.rmtree(night.place, ignore_errors=True)
        home.clear_store()


class Reporter(Protocol):
    """Reports the progress of a night."""

    def begins(self, stage: Stage, number: int) -> None: ...
    def ends(self, stage: Stage, counts: Counts, seconds: float) -> None: ...


@contextmanager
def _reporter() -> Iterator[Reporter]:
    """A progress bar on a terminal, plain log lines elsewhere."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield _Bar(progress)


class _Lines:
    def begins(self, stage: Stage, number: int) -> None:  # noqa: ARG002  reported when it ends
        return

    def ends(self, stage: Stage, counts: Counts, seconds: float) -> None:
        log.info("%s (%.1f s)%s", stage.title, seconds, _in_words(counts))


class _Bar:
    def __init__(self, progress: Any) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=len(STAGES))

    def begins(self, stage: Stage, number: int) -> None:
        self._progress.update(self._task, description=stage.title, completed=number)

    def ends(self, stage: Stage, counts: Counts, seconds: float) -> None:
        self._progress.print(
            f"{stage.title} ({seconds:.1f} s){_in_words(counts)}", markup=False, highlight=False
        )
        self._progress.advance(self._task)


# Counts whose name alone would be read as another number: of all tables, and of patients.
_WORDS = {"rows": "laboratory rows", "members": "places in cohorts"}


def _in_words(counts: Counts) -> str:
    """Counts in words; digests are for machines. Notes are sentences about files and columns."""
    shown = [
        f"{_WORDS.get(name, name).replace('_', ' ')} {value:,}"
        if isinstance(value, int) and not isinstance(value, bool)
        else f"{name.replace('_', ' ')} {value}"
        for name, value in counts.items()
        if name not in ("digest", "notes", "adapted", "folder", "code_map") and value is not None
    ]
    notes = [f"\n  note: {note}" for note in counts.get("notes", ())]
    return (": " if shown else "") + ", ".join(shown) + "".join(notes)
