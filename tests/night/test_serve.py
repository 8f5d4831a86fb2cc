"""`hemacohort serve`: what it refuses, and what becomes of its server and its nights however it ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sinks import web_sink

from flows.cli import main
from flows.home import Home

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import State


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (("--cron", "at night"), "--cron is five fields"),
        (("--cron", "15 25 * * *"), "--cron is five fields"),
        (("--cron", "15 2 * * * *"), "--cron is five fields"),
        (("--timezone", "Mars/Olympus"), "timezone"),
        (("--max-age", "long"), "--max-age"),
    ],
)
def test_schedule_that_is_none_is_wrong_usage(
    flags: tuple[str, str], says: str, home: Home, prefect_night: None, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"--cron": "15 2 * * *", "--timezone": "Europe/Vienna", flags[0]: flags[1]}
    words = [word for pair in given.items() for word in pair]
    with pytest.raises(SystemExit) as done:
        main(["serve", "--home", str(home.root), "--extract", "x", *words])
    assert done.value.code == 2
    assert says in capsys.readouterr().err


def test_missing_folder_of_the_extract_is_reported(
    home: Home, prefect_night: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.setattr("flows.serve._serve", lambda *_: None)
    words = ["--cron", "15 2 * * *", "--timezone", "Europe/Vienna"]
    with pytest.raises(SystemExit) as done:
        main(["serve", "--home", str(home.root), "--extract", str(home.root / "nowhere"), *words])
    assert done.value.code == 0
    assert f"There is no folder {home.root / 'nowhere'} yet" in capsys.readouterr().err


@contextmanager
def serving(home: Home) -> Iterator[tuple[subprocess.Popen[str], int, int]]:
    """A serving process that has begun, its Prefect server's process, and the port of that."""
    home.create()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    words = ["serve", "--home", str(home.root), "--extract", str(home.root), "--cron", "15 2 * * *"]
    with subprocess.Popen(
        [sys.executable, "-c", "from flows.cli import main; main()", *words, "--timezone", "UTC"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            address = re.search(r"look at http://127\.0\.0\.1:(\d+) ", line)
            assert address is not None
            assert f" (password in {home.root / 'prefect' / 'password'})" in line
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
            yield process, int(children.read_text().split()[0]), int(address[1])
        finally:
            process.kill()


@contextmanager
def home_with_alerts(folder: Path) -> Iterator[tuple[Home, list[dict[str, str]]]]:
    """A home whose alerts go to a webhook, and the bodies that came."""
    home = Home(folder)
    home.create()
    with web_sink() as (address, came):
        (folder / "hemacohort.toml").write_text(f'alert_webhook = "{address}"\n')
        yield home, came


def test_a_server_that_is_killed_ends_the_serving_process_with_an_alert(tmp_path: Path) -> None:
    """Without the server neither a night nor the watch would be scheduled."""
    with home_with_alerts(tmp_path / "home") as (home, came), serving(home) as (process, server, _):
        os.kill(server, signal.SIGKILL)
        assert process.wait(60) == 1
    [alert] = came
    assert "no longer scheduled" in alert["subject"]
    assert str(home.root / "prefect" / "server.log") in alert["body"]


def test_ctrl_c_ends_serving_without_an_alert(tmp_path: Path) -> None:
    """A terminal sends it to every process of the group; that the server ended is no news then."""
    with home_with_alerts(tmp_path / "home") as (home, came), serving(home) as (process, _, port):
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(60) in (0, 130)
        free_again(port, seconds=60)
    assert came == []


def test_a_serving_process_that_is_killed_leaves_no_server_behind(tmp_path: Path) -> None:
    """It would hold its port for good, and schedule nights that nobody runs."""
    with serving(Home(tmp_path / "home")) as (process, _, port):
        with pytest.raises(ConnectionError, match="taken"):
            free_again(port, seconds=0)
        process.kill()
        free_again(port, seconds=60)


def test_a_home_that_is_served_is_not_served_twice(
    tmp_path: Path, prefect_night: None, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home(tmp_path / "home")
    words = ["serve", "--home", str(home.root), "--extract", "x", "--cron", "15 2 * * *", "--timezone", "UTC"]
    with serving(home) as (process, _, _):
        with pytest.raises(SystemExit) as done:
            main(words)
        assert done.value.code == 12
        assert f"served already (process {process.pid})" in capsys.readouterr().err


def test_a_night_that_was_cut_short_is_reported_and_keeps_no_later_one_from_beginning(
    tmp_path: Path, prefect_night: None
) -> None:
    """Its run would be Running for good, and every later one canceled, for a deployment takes one at a time."""
    from prefect.states import Pending, Running

    with home_with_alerts(tmp_path / "home") as (home, came):
        with serving(home) as (process, _, port), asked(home, port) as client:
            night = {"home": str(home.root), "extract": "x"}
            nights = deployed(client, "night", night)
            runs = [
                run_of(client, nights, Pending(), Running()),
                run_of(client, deployed(client, "watch", {"home": str(home.root)}), Pending(), Running()),
                run_of(client, deployed(client, "not begun", night), Pending()),
                run_of(client, deployed(client, "elsewhere", {**night, "home": "/srv/b"}), Pending()),
            ]
            process.kill()
            free_again(port, seconds=60)
        with serving(home) as (_, _, port), asked(home, port) as client:
            ends = [client.read_flow_run(run).state_name for run in runs]
            assert ends == ["Crashed", "Crashed", "Scheduled", "Pending"]
            run_of(client, nights, Pending())
    [alert] = came
    assert "a night failed" in alert["subject"]
    assert "hemacohort run makes the night now" in alert["body"]
    assert str(runs[0]) in alert["body"]


def test_a_night_by_hand_that_is_at_work_is_not_taken_for_one_that_was_cut_short(
    tmp_path: Path, prefect_night: None
) -> None:
    """Its own server hears of its end; serve may be restarted meanwhile."""
    from prefect import Flow
    from prefect.states import Running

    with home_with_alerts(tmp_path / "home") as (home, came):
        with serving(home) as (_, _, port), asked(home, port) as client:
            flow = Flow(fn=lambda home, extract: (home, extract), name="hemacohort night")
            given = {"home": str(home.root), "extract": "x"}
            run = client.create_flow_run(flow, parameters=given, state=Running()).id
        with home.lock(), serving(home) as (_, _, port), asked(home, port) as client:
            assert client.read_flow_run(run).state_name == "Running"
        assert came == []
        with serving(home) as (_, _, port), asked(home, port) as client:
            assert client.read_flow_run(run).state_name == "Crashed"
    assert len(came) == 1


@contextmanager
def asked(home: Home, port: int) -> Iterator[SyncPrefectClient]:
    """The server of a serving process, asked from here."""
    from prefect.client.orchestration import SyncPrefectClient

    word = (home.root / "prefect" / "password").read_text()
    with SyncPrefectClient(f"http://127.0.0.1:{port}/api", auth_string=f"hemacohort:{word}") as client:
        yield client


def deployed(client: SyncPrefectClient, name: str, parameters: dict[str, str]) -> UUID:
    """A deployment that takes one run at a time, like that of the nights, and whose runs nobody begins."""
    flow = client.create_flow_from_name(f"hemacohort {name}")
    return client.create_deployment(flow, name, parameters=parameters, concurrency_limit=1)


def run_of(client: SyncPrefectClient, deployment: UUID, *states: State[Any]) -> UUID:
    """A run of a deployment that came through these states."""
    from prefect.states import Scheduled

    run = client.create_flow_run_from_deployment(deployment, state=Scheduled()).id
    for state in states:
        assert client.set_flow_run_state(run, state).status == "ACCEPT"
    return run


def free_again(port: int, *, seconds: float) -> None:
    """Wait until nobody answers at a port; ConnectionError where somebody still does."""
    until = time.monotonic() + seconds
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return
        if time.monotonic() > until:
            raise ConnectionError(f"port {port} is taken")
        time.sleep(0.1)
