"""``hemacohort serve``: the nightly schedule, and the watch over it, in one process."""

from __future__ import annotations

import fcntl
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flows import alerts, settings
from flows.cut_short import end_what_was_cut_short
from flows.errors import HemacohortError, HomeLockedError, UsageError
from flows.night import begin
from flows.overdue import age_of
from flows.prefect_settings import prepare

if TYPE_CHECKING:
    from prefect.deployments.runner import RunnerDeployment
    from prefect.schedules import Schedule

WATCH_CRON = "7 * * * *"
_STARTS_WITHIN_SECONDS = 180
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

    Without a server named by PREFECT_API_URL a private one is started on this machine, for only a whole server
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
    from prefect.context import refresh_global_settings_context
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
    own_server = not os.environ.get("PREFECT_API_URL")
    with _alone(night.home), _server(night.home, port) as page:
        if own_server:
            refresh_global_settings_context()  # Prefect read its settings before there was a server to name
            end_what_was_cut_short(night.home)
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
    with open(home / "serving", "a+", encoding="ascii", opener=_private) as mark:
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
    """The address of the page of a Prefect server: the person's own, or one started for as long as this runs."""
    named = os.environ.get("PREFECT_API_URL")
    if named:
        yield named.removesuffix("/api")
        return
    address = f"http://127.0.0.1:{port or _free_port()}"
    # Whoever can reach the server can start flows as this user, so that it wants a password, for neighbors on the
    # same machine can reach it.
    password = _password(home)
    secret = f"hemacohort:{password.read_text(encoding='ascii').strip()}"
    os.environ |= {
        "PREFECT_API_URL": f"{address}/api",
        "PREFECT_SERVER_UI_API_URL": f"{address}/api",
        "PREFECT_SERVER_API_AUTH_STRING": secret,
        "PREFECT_API_AUTH_STRING": secret,
    }
    host, _, chosen = address.removeprefix("http://").partition(":")
    command = [sys.executable, "-m", "flows.prefect_server", "--host", host, "--port", chosen]
    server_log = password.with_name("server.log")
    with (
        open(server_log, "wb", opener=_private) as output,
        subprocess.Popen(  # noqa: S603  nothing of it comes from outside but a number
            command,
            env=dict(os.environ),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for this process, which needs the server to stop and stops it then
        ) as server,
    ):
        stopping = threading.Event()
        try:
            _wait_for(server, f"{address}/api/health", server_log)
            threading.Thread(
                target=_look_after, args=(server, stopping, home, server_log), daemon=True
            ).start()
            yield f"{address} (password in {password})"
        finally:
            stopping.set()
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()


def _look_after(
    server: subprocess.Popen[bytes], stopping: threading.Event, home: Path, server_log: Path
) -> None:
    """Alert and end this process when the server ends by itself, so that a supervisor such as systemd restarts both.

    Without its server it would schedule neither a night nor the watch, and wait for ever. server_log: as in _wait_for.
    """
    server.wait()
    if stopping.is_set():
        return
    sentence = f"Prefect's server ended by itself, so nothing is scheduled; its output is in {server_log}."
    print(sentence, file=sys.stderr, flush=True)
    try:
        alerts.send(settings.alert_channels(home), alerts.nothing_scheduled(home, sentence))
    finally:
        os._exit(1)  # Prefect's own way to stop asks the server first


def _password(home: Path) -> Path:
    """The file of the own server's password, made once, readable by its owner; in Prefect's folder."""
    folder = Path(os.environ.get("PREFECT_HOME", home / "prefect"))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "password"
    if not file.is_file():
        with open(file, "w", encoding="ascii", opener=_private) as text:
            text.write(secrets.token_urlsafe(24))
    return file


def _private(path: str, flags: int) -> int:
    """Open a file that its owner alone may read."""
    return os.open(path, flags, 0o600)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(server: subprocess.Popen[bytes], health: str, server_log: Path) -> None:
    """Until the server answers. server_log: the file that holds what it prints."""
    until = time.monotonic() + _STARTS_WITHIN_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            raise UsageError(
                f"Prefect's server did not start; {server_log} says why. If the port is taken, choose another with --port."
            )
        try:
            with urllib.request.urlopen(health, timeout=5):  # noqa: S310  the address is this machine's own
                return
        except urllib.error.HTTPError as error:
            if error.code in (401, 403):
                return  # it answers, and wants its password
        except OSError:
            pass
        time.sleep(0.5)
    raise HemacohortError(
        f"Prefect's server did not answer within {_STARTS_WITHIN_SECONDS} seconds; its output is in {server_log}."
    )
