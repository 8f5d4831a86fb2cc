"""status: what it says of a run that is at work, was killed, or failed, and whose word it is."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from holders import holding
from prefect.exceptions import TerminationSignal

from flows.cli import main
from flows.errors import CheckError, ExtractError, HomeLockedError
from flows.home import Home
from flows.last_run import last_run
from flows.night import begin, run_night
from flows.stages import Counts, Night, Stage, run_stage

# as `flock HOME/lock cp -a HOME BACKUP` does
COPY = """
import fcntl, sys, time
with open(sys.argv[1] + "/lock") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    print("held", flush=True)
    time.sleep(60)
"""


def killed(home: Home) -> int:
    """A run of the home that was killed; returns its process."""
    with holding(home) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    return process.pid


def status(home: Home, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit):
        main(["status", "--home", str(home.root)])
    return capsys.readouterr().out


def fails(home: Home, tmp_path: Path, error: BaseException) -> str:
    """A run that fails as it reads the extract; returns its id."""

    def carry(stage: Stage, night: Night) -> Counts:
        if stage.name == "ingest":
            raise error
        return run_stage(stage, night)

    night = begin(home.root, tmp_path, "canonical", None, {})
    with pytest.raises(type(error)):
        run_night(night, carry)
    return night.run_id


def test_a_run_that_ended_well_has_nothing_to_say(
    night: Path, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert last_run(home.root) is None
    assert status(home, capsys).startswith("Nights\n")


def test_a_killed_run_is_reported_until_the_next_one_has_cleared_up(
    screened: Callable[..., Path], home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    screened()
    number = killed(home)
    for _ in range(2):  # whoever only looks takes nothing away
        first = status(home, capsys).splitlines()[0]
        assert re.match(
            rf"The last run \(process {number} since 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC\) ended without a word: it was killed",
            first,
        )
        assert "the next run clears up" in first
    screened()
    assert last_run(home.root) is None


def test_a_killed_first_night_is_reported_although_there_is_no_table_to_show(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    home.create()
    killed(home)
    with pytest.raises(SystemExit) as done:
        main(["status", "--home", str(home.root)])
    assert done.value.code == 2
    captured = capsys.readouterr()
    assert "ended without a word" in captured.out
    assert "no published night yet" in captured.err


def test_a_run_at_work_is_reported_with_its_process_and_its_beginning(night: Path, home: Home) -> None:
    with holding(home) as process:
        captured = last_run(home.root)
    assert captured is not None
    assert re.fullmatch(
        rf"A run is at work in this home: process {process.pid} since \S+ \S+ UTC\.", captured
    )


def test_a_backup_after_a_killed_run_is_not_taken_for_it(night: Path, home: Home) -> None:
    """Nobody ends a process, which is another one by now, because a dead run's word was still in the lock."""
    number = killed(home)
    with holding(home, COPY):
        captured = last_run(home.root)
        with pytest.raises(HomeLockedError, match=rf"such as a backup; process {number} since .* is not on"):
            home.check_lock()
    assert captured is not None
    assert "another process, such as a backup" in captured
    assert "ended without a word" in str(last_run(home.root))


def test_whoever_looks_keeps_no_run_from_beginning(
    screened: Callable[..., Path], home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = COPY.replace("LOCK_EX", "LOCK_SH").replace("60", "0.2")
    screened()
    with holding(home, look):
        start = time.monotonic()
        with home.lock():
            assert time.monotonic() - start < 0.5


def test_the_failure_of_the_last_run_is_reported_in_its_own_sentence(
    screened: Callable[..., Path], home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    screened()
    fails(home, tmp_path, ExtractError("lab_results.csv, line 3: it ends in the middle of a row."))
    first = status(home, capsys).splitlines()[0]
    assert re.fullmatch(
        r"The last run, begun 20\S+ \S+ UTC, failed in the stage ingest \(exit 10\): "
        r"lab_results\.csv, line 3: it ends in the middle of a row\.",
        first,
    )
    with holding(home, COPY), pytest.raises(HomeLockedError):
        screened()  # one that did not begin is not the last one
    assert "exit 10" in str(last_run(home.root))
    fails(home, tmp_path, CheckError("free_disk", "there is no room."))
    assert "(exit 11): free_disk: there is no room." in str(last_run(home.root))
    fails(home, tmp_path, KeyboardInterrupt())
    assert str(last_run(home.root)).endswith("UTC, was stopped. The last good night is in force.")
    fails(home, tmp_path, TerminationSignal(signal.SIGTERM))
    assert str(last_run(home.root)).endswith("UTC, was stopped. The last good night is in force.")
    fails(home, tmp_path, ValueError("P123456 has 4.5"))
    assert str(last_run(home.root)).endswith(
        f"failed in the stage ingest (exit 1): ValueError; look into {home.logs}."
    )
    screened()
    assert last_run(home.root) is None


def test_a_run_of_which_only_the_beginning_is_known_ended_without_a_word(
    screened: Callable[..., Path], home: Home, tmp_path: Path
) -> None:
    """A second signal, while a run that was stopped clears up, may come after the lock was given back."""
    screened()
    fails(home, tmp_path, ExtractError("It cannot be read."))
    [day] = home.logs.glob("*.jsonl")
    lines = day.read_text(encoding="utf-8").splitlines(keepends=True)
    day.write_text("".join(lines[:-1]), encoding="utf-8")
    assert re.match(r"The last run, begun 20\S+ \S+ UTC, ended without a word", str(last_run(home.root)))
    screened()
    assert last_run(home.root) is None


def test_a_line_of_the_log_that_was_not_finished_is_passed_over(
    night: Path, home: Home, tmp_path: Path
) -> None:
    fails(home, tmp_path, ExtractError("It cannot be read."))
    [day] = home.logs.glob("*.jsonl")
    with day.open("a", encoding="utf-8") as file:
        file.write('{"run_id": "2026')
    assert "It cannot be read." in str(last_run(home.root))


def test_lock_and_log_of_another_user_are_not_reported(
    night: Path, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails(home, tmp_path, ExtractError("It cannot be read."))
    killed(home)

    def refused(*_: object, **__: object) -> int:
        raise PermissionError

    monkeypatch.setattr("flows.home_lock.os.open", refused)
    monkeypatch.setattr(Path, "read_text", refused)
    assert last_run(home.root) is None
