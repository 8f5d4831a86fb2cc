"""The night as a Prefect flow: the same stages as ``flows.night``, each a task; and the flow that watches over it.

``flows.prefect_settings.prepare`` is to be called before this module is imported.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import FlowRun, State, TaskRun
from prefect.flows import Flow
from prefect.states import Completed, Failed
from prefect.tasks import Task, exponential_backoff

from flows import alerts, settings
from flows.errors import CheckError, HemacohortError, OverdueError, UsageError, stop_behind
from flows.failures import UnforeseenError, unforeseen
from flows.home import Home
from flows.night import begin, run_night
from flows.overdue import check_age
from flows.prefect_artifacts import leave_failed_check, leave_night
from flows.stages import STAGES, Counts, Night, Stage, run_stage

log = logging.getLogger("hemacohort")
_SECONDS = 5  # before the first new try; each further one waits twice as long as the one before


def _may_pass(_task: Task[Any, Any], _run: TaskRun, state: State[Any]) -> bool:
    """Trying again helps where files could not be read or written for now, never where the extract is wrong."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, UnforeseenError) and error.may_pass


def _failed(error: HemacohortError) -> State[Any]:
    """The end of a run that failed: its message is the error's sentence and nothing else."""
    # What an error came from may quote a patient, and Prefect logs tracebacks.
    error.__cause__ = error.__context__ = None
    return Failed(message=str(error), data=error)


def _as_task(stage: Stage) -> Task[[Night], Any]:
    @task(
        name=stage.title,
        retries=stage.retries,
        retry_delay_seconds=exponential_backoff(_SECONDS) if stage.retries else 0,
        retry_condition_fn=_may_pass,
        cache_policy=NO_CACHE,  # nothing that touches patients is kept by the orchestrator
        persist_result=False,
    )
    def carry(night: Night) -> Counts | State[Any]:
        try:
            return run_stage(stage, night)
        except HemacohortError as error:
            return _failed(error)

    return carry


_TASKS = {stage.name: _as_task(stage) for stage in STAGES}


def _as_task_run(stage: Stage, night: Night) -> Counts:
    try:
        state: Any = _TASKS[stage.name](night, return_state=True)  # typed as if it had to be awaited
    except Exception as error:
        stop = stop_behind(error)
        if stop is None:
            raise
        raise stop from None
    counts: Counts = state.result()
    return counts


def _alert(flow: Flow[Any, Any], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001  as Prefect calls it
    """Tell the people whom the settings of the home name that a night failed."""
    home = Path(flow_run.parameters["home"])
    sentence = (
        f"The process of the night ended without a word: it was killed, or the machine stopped or ran out of memory. "
        f"{state.message or ''}".strip()
        if state.is_crashed()
        else state.message or "The night failed."
    )
    reached = alerts.send(
        settings.alert_channels(home), alerts.night_failed(home, sentence, f"{flow_run.name} ({flow_run.id})")
    )
    if reached:
        log.info("Alerted by %s.", " and ".join(reached))


@flow(
    name="hemacohort night",
    flow_run_name="night-{as_of}",
    persist_result=False,
    validate_parameters=True,
    on_failure=[_alert],
    on_crashed=[_alert],
)
def hemacohort_night(  # noqa: PLR0913  a deployment names its settings one by one
    home: str,
    extract: str,
    source: str = "canonical",
    as_of: str = "today",
    full: bool = False,  # noqa: FBT001, FBT002  a parameter of the deployment, given by name
    timezone: str | None = None,
    buckets: int | None = None,
    memory_limit: str | None = None,
    keep_nights: int | None = None,
    switches: dict[str, str] | None = None,
    unit_inference: bool | None = None,  # noqa: FBT001  a deployment names it
    accept: dict[str, str] | None = None,
) -> Any:
    """Screen an extract and publish the night in a home; returns the content of run.json (counts and file
    names).

    A night that fails ends as Failed with the sentence of its error, which the caller gets as the HemacohortError of
    ``flows.night.run_night``.
    """
    flags = {
        "timezone": timezone,
        "buckets": buckets,
        "memory_limit": memory_limit,
        "keep_nights": keep_nights,
        "switches": switches,
        "unit_inference": unit_inference,
    }
    try:
        night = begin(Path(home), Path(extract), source, as_of, flags, full=full, accept=accept)
        content = run_night(night, _as_task_run)
    except HemacohortError as error:
        if isinstance(error, CheckError):
            leave_failed_check(error)
        return _failed(error)
    except Exception as error:  # noqa: BLE001  whatever it is, its text may quote a patient
        return _failed(unforeseen(Home(Path(home)).logs, error))
    leave_night(Path(home), content)
    members = sum(row["met"] for row in content["cohorts"])
    return Completed(
        message=f"Night of {content['as_of']} published: {content['rows']['rows']:,} rows, {members:,} memberships.",
        data=content,
    )


@flow(name="hemacohort watch", flow_run_name="watch", persist_result=False)
def hemacohort_watch(home: str, max_age_minutes: int) -> Any:
    """Raise an alert when a home has published no night for too long; at most one alert a day.

    Ends as Failed with the sentence of the alert for as long as the night is overdue.
    """
    root = Path(home)
    reminded = Home(root).logs / "overdue"
    try:
        check_age(root, timedelta(minutes=max_age_minutes))
        reminded.unlink(missing_ok=True)
    except OverdueError as error:
        sentence = " ".join([str(error), *_wrong_settings(root)])
        _remind(root, reminded, sentence)
        return _failed(OverdueError(sentence))
    except HemacohortError as error:
        return _failed(error)
    return Completed(message="The night in force is recent enough.")


def _wrong_settings(root: Path) -> list[str]:
    """What keeps nights of the home from starting, in a sentence; nothing where its settings can be read."""
    try:
        settings.load(root)
    except UsageError as error:
        return [str(error)]
    return []


def _remind(root: Path, reminded: Path, sentence: str) -> None:
    """Alert once a day; an alert that reached nobody is tried again at the next look."""
    now = datetime.now(UTC).timestamp()
    if reminded.exists() and now - reminded.stat().st_mtime < timedelta(days=1).total_seconds():
        return
    if alerts.send(settings.alert_channels(root), alerts.night_overdue(root, sentence)):
        reminded.touch()
