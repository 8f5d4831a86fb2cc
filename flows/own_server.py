"""A private Prefect server on this machine, for a process that was told of no other."""

from __future__ import annotations

import atexit
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from flows.errors import HemacohortError, UsageError

_STARTS_WITHIN_SECONDS = 180
_HOST = "127.0.0.1"


@dataclass(frozen=True)
class OwnServer:
    """A server that this process started. log: what it prints; password: the file with the one it wants."""

    process: subprocess.Popen[bytes]
    address: str
    password: Path
    log: Path


def named_server() -> str | None:
    """The address of the page of the Prefect server that the person named, in the environment or a profile of Prefect.

    ``flows.prefect_settings.prepare`` comes before it.
    """
    from prefect.settings import get_current_settings

    named = get_current_settings().api.url
    return named.removesuffix("/api") if named else None


def must_answer(named: str) -> None:
    """HemacohortError where the server that the person named cannot be reached, before anything is asked of it."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        error = client.api_healthcheck()
    if error is not None:
        raise HemacohortError(
            f"The Prefect server at {named} does not answer ({type(error).__name__}). Start it, or leave PREFECT_API_URL "
            "unset; hemacohort run --direct needs none."
        )


@contextmanager
def own_server(home: Path, port: int | None = None, *, temporary: bool = False) -> Iterator[OwnServer]:
    """A server that runs as long as this does, and at most as long as this process; Prefect speaks to it from now on.

    It keeps its records in Prefect's folder. A temporary one records what it is told and schedules nothing, so that it
    may run beside a whole one. HemacohortError where it does not start, UsageError where that is at a port asked for.
    """
    from prefect.context import refresh_global_settings_context

    address = f"http://{_HOST}:{port or _free_port()}"
    # Whoever can reach the server can start flows as this user, and others on the same machine can reach it, so it
    # wants a password.
    password = _password(home)
    secret = f"hemacohort:{password.read_text(encoding='ascii').strip()}"
    os.environ |= {
        "PREFECT_API_URL": f"{address}/api",
        "PREFECT_SERVER_UI_API_URL": f"{address}/api",
        "PREFECT_SERVER_API_AUTH_STRING": secret,
        "PREFECT_API_AUTH_STRING": secret,
    }
    _ask_no_proxy()
    command = [sys.executable, "-m", "flows.prefect_server", _HOST, address.rpartition(":")[2]]
    log = password.with_name("temporary-server.log" if temporary else "server.log")
    with (
        open(log, "wb", opener=private) as output,
        subprocess.Popen(  # noqa: S603  nothing of it comes from outside but a number
            [*command, "--temporary"] if temporary else command,
            env=dict(os.environ),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for this process, which needs the server to stop and stops it then
        ) as process,
    ):
        try:
            server = OwnServer(process, address, password, log)
            _wait_for(server, port)
            refresh_global_settings_context()  # Prefect read its settings before there was a server to name
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def keep_server(home: Path) -> None:
    """A temporary server for the rest of this process. HemacohortError where it does not start.

    To be called before anything is run: it is stopped after Prefect has sent it the last lines of a run.
    """
    running = ExitStack()
    running.enter_context(own_server(home, temporary=True))
    atexit.register(running.close)


def private(path: str, flags: int) -> int:
    """Open a file that its owner alone may read; an opener for ``open``."""
    return os.open(path, flags, 0o600)


def _password(home: Path) -> Path:
    """The file of the own server's password, made once, readable by its owner; in Prefect's folder."""
    folder = Path(os.environ.get("PREFECT_HOME", home / "prefect")).expanduser()  # as Prefect does
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "password"
    if not file.is_file():
        with open(file, "w", encoding="ascii", opener=private) as text:
            text.write(secrets.token_urlsafe(24))
    return file


def _ask_no_proxy() -> None:
    """Keep what is said to this machine, the password included, from the site's proxy, for every library and program."""
    if not urllib.request.proxy_bypass(_HOST):
        spared = ",".join(filter(None, (urllib.request.getproxies().get("no"), _HOST)))
        os.environ |= {"no_proxy": spared, "NO_PROXY": spared}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


def _wait_for(server: OwnServer, port: int | None) -> None:
    """Until the server answers. port: the one that was asked for."""
    until = time.monotonic() + _STARTS_WITHIN_SECONDS
    while time.monotonic() < until:
        if server.process.poll() is not None:
            sentence = f"Prefect's server did not start; {server.log} says why."
            if port is None:
                raise HemacohortError(sentence)
            raise UsageError(f"{sentence} If the port is taken, choose another with --port.")
        try:
            with urllib.request.urlopen(f"{server.address}/api/health", timeout=5):  # noqa: S310  this machine's own
                return
        except urllib.error.HTTPError as error:
            if error.code in (401, 403):
                return  # it answers, and wants its password
        except OSError:
            pass
        time.sleep(0.1)
    raise HemacohortError(
        f"Prefect's server did not answer within {_STARTS_WITHIN_SECONDS} seconds; its output is in {server.log}."
    )
