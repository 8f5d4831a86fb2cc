"""Runs that Prefect still records as running after the process that began them has ended.

A serving process that is stopped or killed, or whose server ended, takes the night at work with it, or leaves it to
finish without reporting. Its run stays Running in the database of Prefect's server and keeps the one place of its
deployment, so that every later night would be canceled, for good. A night by hand that is killed stays Running, too.
Whoever serves the home next ends those runs before any is begun.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from flows import alerts, home_lock, settings

if TYPE_CHECKING:
    from prefect.client.schemas.filters import FlowRunFilter

_SENTENCE = (
    "The process that began this run ended during it, and the run most likely ended with it. It is not repeated before "
    "its next scheduled time; hemacohort run makes the night now."
)


def end_what_was_cut_short(home: Path) -> None:
    """End, as crashed, every run of the home that Prefect's server takes to be at work, and alert for each night; one
    that had not begun yet is put back on the schedule.

    Only for whoever serves the home from a server of its own, before the first run is begun: this server hears of
    nothing that may still be at work, except for ``hemacohort run``, which tells a server of its own of its end.
    """
    from prefect.client.orchestration import get_client
    from prefect.states import Crashed, Scheduled

    at_work, _ = home_lock.look(home)
    with get_client(sync_client=True) as client:
        for run in client.read_flow_runs(flow_run_filter=_at_work()):
            # a person's own folder of Prefect may hold several homes
            if run.parameters.get("home") != str(home) or (run.deployment_id is None and at_work):
                continue
            if run.start_time is None:
                client.set_flow_run_state(run.id, Scheduled(), force=True)
                continue
            client.set_flow_run_state(run.id, Crashed(message=_SENTENCE), force=True)
            if "extract" in run.parameters:  # a night, and not the watch
                print(
                    f"Cut short when the process that began it ended: {run.name}.",
                    file=sys.stderr,
                    flush=True,
                )
                alert = alerts.night_failed(home, _SENTENCE, f"{run.name} ({run.id})")
                alerts.send(settings.alert_channels(home), alert)


def _at_work() -> FlowRunFilter:
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
    from prefect.client.schemas.objects import StateType

    types = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]
    return FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=types)))
