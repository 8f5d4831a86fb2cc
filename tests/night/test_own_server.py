"""The private server of `run` and `serve`: who may ask it, what its failure says; and one that was named and is away."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from base64 import b64encode
from pathlib import Path

import pytest
from sinks import free_port

from flows.errors import UsageError
from flows.home import Home
from flows.own_server import must_answer, own_server
from flows.prefect_settings import prepare


@pytest.fixture
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has not heard of any Prefect server; what it hears in the test is forgotten afterwards."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    # ~ as systemd gives it, which expands nothing
    monkeypatch.setattr(os, "environ", {**environment, "HOME": str(tmp_path), "PREFECT_HOME": "~/prefect"})
    prepare(tmp_path / "home")
    from prefect import context

    monkeypatch.setattr(context, "GLOBAL_SETTINGS_CONTEXT", context.GLOBAL_SETTINGS_CONTEXT)


@pytest.mark.parametrize("temporary", [False, True])
def test_own_server_listens_on_this_machine_only_and_wants_its_password(
    temporary: bool, apart: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.joinpath("httpx.py").write_text("raise SystemExit('a file of the folder somebody was in')")
    monkeypatch.chdir(tmp_path)
    port = free_port()
    with own_server(tmp_path / "home", port, temporary=temporary) as server:
        assert server.address == f"http://127.0.0.1:{port}"
        password = tmp_path / "prefect" / "password"
        assert server.password == password
        assert password.stat().st_mode & 0o777 == 0o600
        asked = urllib.request.Request(f"http://127.0.0.1:{port}/api/admin/version")
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(asked, timeout=30)
        word = b64encode(f"hemacohort:{password.read_text()}".encode()).decode()
        asked.add_header("Authorization", f"Basic {word}")
        with urllib.request.urlopen(asked, timeout=30) as answer:
            assert answer.status == 200
        assert os.environ["PREFECT_API_URL"] == f"http://127.0.0.1:{port}/api"


def test_own_server_is_not_looked_for_through_a_proxy(
    apart: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could not be found there, and the password would go there."""
    for name in ("http_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("NO_PROXY", "lab.example.org")
    monkeypatch.delenv("no_proxy", raising=False)
    with own_server(tmp_path / "home", temporary=True) as server:
        must_answer(server.address)
    assert os.environ["no_proxy"] == os.environ["NO_PROXY"] == "lab.example.org,127.0.0.1"


def test_own_server_that_does_not_start_names_its_log(apart: None, tmp_path: Path) -> None:
    words = tmp_path / "prefect" / "server.log"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with (
            pytest.raises(UsageError, match=r"server\.log says why.*--port"),
            own_server(tmp_path / "home", taken.getsockname()[1]),
        ):
            pass
    assert "in use" in words.read_text(encoding="utf-8")
    assert words.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("named", [{}, {"PREFECT_API_URL": ""}])
def test_a_night_whose_own_server_does_not_start_fails_with_its_log(
    named: dict[str, str], home: Home, tmp_path: Path
) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    home.create()
    folder = home.root / "prefect"
    (folder / "prefect.db").mkdir(parents=True)  # no server can open it as its database
    words = ["run", "--home", str(home.root), "--extract", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-c", "from flows.cli import main; main()", *words],
        env=environment | named, capture_output=True, text=True, check=False,
    )  # fmt: skip
    log = folder / "temporary-server.log"
    assert done.returncode == 1
    assert done.stderr.endswith(f"hemacohort: Prefect's server did not start; {log} says why.\n")
    assert "unable to open database file" in log.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "command", [("run",), ("serve", "--cron", "15 2 * * *", "--timezone", "Europe/Vienna")]
)
def test_a_server_that_was_named_and_does_not_answer_is_said_to_be_away(
    command: tuple[str, ...], home: Home, tmp_path: Path
) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    words = [*command, "--home", str(home.root), "--extract", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-c", "from flows.cli import main; main()", *words],
        env={**os.environ, "PREFECT_API_URL": f"{address}/api"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        f"hemacohort: The Prefect server at {address} does not answer (ConnectError). Start it, or leave PREFECT_API_URL "
        "unset; hemacohort run --direct needs none.\n"
    )
