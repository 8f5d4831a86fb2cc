"""``hemacohort serve``: the nightly schedule, and the watch over it, in one process."""

from __future__ import annotations

import fcntl
import os
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flows import alerts, settings
from flows.cut_short import end_what_was_cut_short
from flows.errors import HomeLockedError, UsageError
from flows.night import begin
from flows.overdue import age_of
from flows.own_server import OwnServer, must_answer, named_server, own_server, private
from flows.prefect_settings import prepare

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment
    from prefect.schedules import Schedule

WATCH_CRON = "7 * * * *"
_CRON_FIELDS = 5


def serve_home(
    home: Path,
    extract: Path,
    *,
    cron: str,
    timezone: str,
    source: str,
    as_of: str | None,
    max_age: str,
    port: int | None,
) -> None:
    """Serve the nightly deployment and its watch until stopped.

    Without a Prefect server that was named a private one is started on this machine, for only a whole server
    schedules anything. UsageError for a schedule, a zone or an age that is none, or a port that is taken;
    HomeLockedError while another process serves the home.
    """
    oldest = age_of(max_age)
    night = begin(home, extract, source, as_of, {"timezone": timezone})
    prepare(night.home)
    if not night.extract.is_dir():  # a share may be mounted later, so that this is not an error yet
        print(
            f"There is no folder {night.extract} yet; a night fails until it is there.",
            file=sys.stderr,
            flush=True,
        )
    from prefect.schedules import Cron
    from pydantic import ValidationError

    wrong = UsageError(f"--cron is five fields such as '15 2 * * *', not {cron[:40]!r}.")
    if len(cron.split()) != _CRON_FIELDS:  # Prefect takes a sixth for seconds, and would begin many nights
        raise wrong
    try:
        schedule = Cron(cron, timezone=timezone)
    except (ValidationError, ValueError, TypeError):
        raise wrong from None
    parameters = {
        "home": str(night.home),
        "extract": str(night.extract),
        "source": source,
        "as_of": night.as_of,
        "timezone": timezone,
    }
    with _alone(night.home), _server(night.home, port) as page:
        print(
            f"Nights of {night.home} at '{cron}' in {timezone}; look at {page}. Stop with Ctrl-C.", flush=True
        )
        _serve(night.home.name, schedule, parameters, oldest)


def _serve(name: str, schedule: Schedule, parameters: dict[str, str], oldest: timedelta) -> None:
    from prefect import serve
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.schedules import Cron
    from prefect.types.entrypoint import EntrypointType

    from flows.prefect_flow import hemacohort_night, hemacohort_watch

    # Stopped by a signal, Prefect leaves its own farewell unawaited, and says so.
    warnings.filterwarnings("ignore", message="coroutine 'Runner.astop'", category=RuntimeWarning)
    nightly = hemacohort_night.to_deployment(
        name=f"nightly-{name}",
        schedule=schedule,
        parameters=parameters,
        description="Screens the extract and publishes the night.",
        entrypoint_type=EntrypointType.MODULE_PATH,
        # A home takes one night at a time; one that would have to wait is not started.
        concurrency_limit=ConcurrencyLimitConfig(
            limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW
        ),
    )
    watch = hemacohort_watch.to_deployment(
        name=f"watch-{name}",
        schedule=Cron(WATCH_CRON, timezone=parameters["timezone"]),
        parameters={"home": parameters["home"], "max_age_minutes": oldest // timedelta(minutes=1)},
        description="Raises an alert when no night has been published for too long.",
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    deployments: tuple[RunnerDeployment, ...] = (nightly, watch)  # type: ignore[assignment]  # not awaited here
    serve(*deployments, limit=2, print_starting_message=False)  # the watch looks while a night runs


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Keep a second process from serving the home: two servers on one database schedule every night twice.

    HomeLockedError while another does. The kernel drops the lock with its process.
    """
    with open(home / "serving", "a+", encoding="ascii", opener=private) as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            mark.seek(0)
            raise HomeLockedError(
                f"The nights of this home are served already ({mark.read(100).strip()}); stop that process first."
            ) from None
        mark.truncate(0)
        mark.write(f"process {os.getpid()}\n")
        mark.flush()
        yield


@contextmanager
def _server(home: Path, port: int | None) -> Iterator[str]:
    """What to say of the page of the server: the person's own, or one started for as long as this runs."""
    named = named_server()
    if named is not None:
        must_answer(named)
        yield named
        return
    with own_server(home, port) as server, _looked_after(server, home):
        end_what_was_cut_short(home)
        yield f"{server.address} (password in {server.password})"


@contextmanager
def _looked_after(server: OwnServer, home: Path) -> Iterator[None]:
    """Alert and end this process when the server ends by itself, so that a supervisor such as systemd restarts both.

    Without its server it would schedule neither a night nor the watch, and wait for ever.
    """
    stopping = threading.Event()

    def look_after() -> None:
        server.process.wait()
        if stopping.is_set():
            return
        sentence = (
            f"Prefect's server ended by itself, so nothing is scheduled; its output is in {server.log}."
        )
        print(sentence, file=sys.stderr, flush=True)
        try:
            alerts.send(settings.alert_channels(home), alerts.nothing_scheduled(home, sentence))
        finally:
            os._exit(1)  # Prefect's own way to stop asks the server first

    threading.Thread(target=look_after, daemon=True).start()
    try:
        yield
    finally:
        stopping.set()
