"""Ctrl-C at any moment: the command says that it stopped, ends with 130, and is no failure."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Timer

import pytest

from flows.cli import main
from flows.duck import opened
from flows.home import Home
from flows.last_run import last_run

ENDLESS = "SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b"
# The command line, with Ctrl-C a second after a question was read.
PRESSED = """
import os, signal, threading
from flows import query
signal.signal(signal.SIGINT, signal.default_int_handler)  # a test may run where nobody can press it

def read(text, reading_statement=query.reading_statement):
    threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT)).start()
    return reading_statement(text)

query.reading_statement = read
from flows.cli import main
main()
"""


def pressed() -> None:
    """A stage that is stopped by itself."""
    raise KeyboardInterrupt


def pressed_during_a_statement() -> None:
    """A stage that is stopped while DuckDB is at work, which raises an error of its own."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with opened() as connection:
        Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            connection.execute(ENDLESS)
        finally:
            connection.interrupt()


@pytest.mark.parametrize("stop", [pressed, pressed_during_a_statement])
def test_an_interrupted_run_says_so(
    stop: Callable[[], None],
    stubbed: None,
    home: Home,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys.modules["flows.ingest"], "ingest", lambda *_, **__: stop())
    words = ["run", "--home", str(home.root), "--extract", str(home.root.parent), "--as-of", "2026-06-30"]
    with pytest.raises(SystemExit) as done:
        main([*words, "--direct"])
    assert done.value.code == 130
    assert capsys.readouterr().err.splitlines()[-1] == "Stopped. The last published night is unchanged."
    assert not [*home.work.iterdir()]
    events = [
        json.loads(line) for file in home.logs.glob("*.jsonl") for line in file.read_text().splitlines()
    ]
    assert (events[-1]["event"], events[-1]["exit_code"]) == ("run failed", 130)


def test_ctrl_c_between_two_stages_stops_the_night(
    prefect_night: None, stubbed: None, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prefect records a task that it has not made yet as crashed, and fails in that."""
    from flows.prefect_flow import hemacohort_night

    monkeypatch.setattr("prefect.task_engine._create_task_run_locally", lambda *_, **__: pressed())
    with pytest.raises(KeyboardInterrupt):
        hemacohort_night(home=str(home.root), extract=str(home.root.parent), as_of="2026-06-30")
    assert str(last_run(home.root)).endswith("was stopped. The last good night is in force.")


def test_ctrl_c_ends_a_question_at_once(night: Path, home: Home) -> None:
    """DuckDB works on after it, and would keep the command from ending."""
    words = ["sql", "--home", str(home.root), ENDLESS]
    done = subprocess.run(
        [sys.executable, "-c", PRESSED, *words], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (130, "Stopped. The last published night is unchanged.\n")
