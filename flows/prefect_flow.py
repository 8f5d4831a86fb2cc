"""The night as a Prefect flow: the same stages as ``flows.night``, each a task.

``flows.prefect_settings.prepare`` is to be called before this module is imported.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.tasks import Task

from flows.errors import HemacohortError
from flows.night import begin, run_night
from flows.stages import STAGES, Counts, Night, Stage, run_stage

_COLUMNS = ("confirmed", "probable", "possible", "indeterminate")
_WAIT_SECONDS = [2.0, 10.0]


def _files_failed(_task: Task[Any, Any], _run: TaskRun, state: State[Any]) -> bool:
    """Trying again helps where files could not be read or written, never where the extract is wrong."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, OSError) and not isinstance(error, HemacohortError)


def _as_task(stage: Stage) -> Task[[Night], Counts]:
    @task(
        name=stage.title,
        retries=stage.retries,
        retry_delay_seconds=_WAIT_SECONDS[: stage.retries] or 0,
        retry_condition_fn=_files_failed,
        cache_policy=NO_CACHE,  # nothing that touches patients is kept by the orchestrator
        persist_result=False,
    )
    def carry(night: Night) -> Counts:
        return run_stage(stage, night)

    return carry


_TASKS = {stage.name: _as_task(stage) for stage in STAGES}


@flow(name="hemacohort night", flow_run_name="night-{as_of}", persist_result=False, validate_parameters=True)
def hemacohort_night(  # noqa: PLR0913  a deployment names its settings one by one
    home: str,
    extract: str,
    source: str = "canonical",
    as_of: str = "today",
    timezone: str | None = None,
    buckets: int | None = None,
    memory_limit: str | None = None,
    keep_nights: int | None = None,
    switches: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Screen an extract and publish the night in a home; returns the content of run.json (counts and file
    names).

    Raises HemacohortError as ``flows.night.run_night``.
    """
    flags = {
        "timezone": timezone,
        "buckets": buckets,
        "memory_limit": memory_limit,
        "keep_nights": keep_nights,
        "switches": switches,
    }
    night = begin(Path(home), Path(extract), source, as_of, flags)
    content = run_night(night, carry=lambda stage, night: _TASKS[stage.name](night))
    create_markdown_artifact(
        key="hemacohort-night", markdown=_counts(content), description="Counts of the night"
    )
    return content


def _counts(content: dict[str, Any]) -> str:
    """The night's counts as Markdown: no patient, no result."""
    rows = content["rows"]
    lines = [
        f"# Night of {content['as_of']}",
        f"Run `{content['run_id']}`, hemacohort {content['versions']['hemacohort']}.",
        "",
        "| extract rows | " + " | ".join(name for name in rows if name != "rows") + " |",
        "|---" * len(rows) + "|",
        "| " + " | ".join(f"{count:,}" for count in rows.values()) + " |",
        "",
        "| cohort | confirmed | probable | possible | cannot be determined |",
        "|---|---|---|---|---|",
        *(
            "| " + " | ".join([row["title"], *(f"{row[name]:,}" for name in _COLUMNS)]) + " |"
            for row in content["cohorts"]
        ),
        "",
        "| stage | seconds | peak memory (MB) |",
        "|---|---|---|",
        *(f"| {stage['stage']} | {stage['seconds']} | {stage['peak_mb']:,} |" for stage in content["stages"]),
    ]
    return "\n".join(lines)
