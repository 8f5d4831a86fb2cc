"""Homes: who may use them, who holds them, and what a killed night leaves behind."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from holders import holding

from flows.cli import main
from flows.errors import HomeLockedError, NewerHomeError, UsageError
from flows.home import FORMAT, Home


@pytest.fixture
def made(home: Home) -> Home:
    """A home without nights."""
    home.create()
    return home


def test_second_run_is_refused_while_the_holder_lives_and_names_it(made: Home) -> None:
    with holding(made) as process, pytest.raises(HomeLockedError, match=str(process.pid)), made.lock():
        pass


def test_command_line_exits_with_12_while_another_run_holds_the_home(
    made: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    with holding(made):
        for how in (["--direct"], []):  # without --direct no orchestrator is started for nothing
            with pytest.raises(SystemExit) as done:
                main(["run", "--home", str(made.root), "--extract", str(made.root / "none"), *how])
            assert done.value.code == 12
            assert "Another run holds this home" in capsys.readouterr().err


def test_lock_of_a_killed_run_is_taken_over(made: Home) -> None:
    with holding(made) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert (made.root / "lock").read_text().startswith(f"process {process.pid} since")
    with made.lock():
        assert (made.root / "lock").read_text().startswith(f"process {os.getpid()} since")


def test_run_after_one_that_ended_without_a_word_says_so(
    made: Home, screened: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    """A process that the kernel killed for its memory cannot say anything itself."""
    with holding(made) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    made.check_lock()  # asked before an orchestrator is started; it must not be what takes the word away
    screened()
    assert f"The run before (process {process.pid} since" in caplog.text
    assert "ended without a word" in caplog.text
    events = "".join(file.read_text() for file in made.logs.glob("*.jsonl"))
    assert events.count("run before ended without a word") == 1
    screened()
    assert caplog.text.count("ended without a word") == 1


def test_number_of_a_dead_holder_may_be_another_process_by_now(made: Home) -> None:
    """After a restart of the machine a number comes again; the kernel's lock tells, not the number."""
    (made.root / "lock").write_text(f"process {os.getpid()} since 2026-01-01 02:15:00 UTC\n")
    with made.lock() as silent:
        assert silent == f"process {os.getpid()} since 2026-01-01 02:15:00 UTC"


def test_lock_is_free_again_after_a_failure_that_was_reported(made: Home) -> None:
    with pytest.raises(ZeroDivisionError), made.lock():
        raise ZeroDivisionError
    with made.lock() as silent:
        assert silent is None


@pytest.mark.parametrize("text", [str(FORMAT + 1), "2.0", "", "x"])
def test_home_of_a_newer_version_is_left_alone(made: Home, text: str) -> None:
    (made.root / "format").write_text(text)
    with pytest.raises(NewerHomeError):
        made.create()
    with pytest.raises(SystemExit) as done:
        main(["status", "--home", str(made.root)])
    assert done.value.code == 13


def test_folder_with_other_things_in_it_does_not_become_a_home(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("mine")
    mode = tmp_path.stat().st_mode
    with pytest.raises(UsageError, match="not empty"):
        Home(tmp_path).create()
    assert {path.name for path in tmp_path.iterdir()} == {"thesis.docx"}
    assert tmp_path.stat().st_mode == mode


@pytest.mark.parametrize("name", ["[north]", "a*", "what?", "lab\\home"])
def test_path_that_reads_like_a_pattern_does_not_become_a_home(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="may not contain"):
        Home(tmp_path / name).create()
    assert list(tmp_path.iterdir()) == []


def test_file_does_not_become_a_home(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="file"):
        Home(tmp_path / "file").create()


def test_home_can_be_read_by_its_owner_only_and_keeps_what_the_owner_changes(home: Home) -> None:
    home.create()
    assert home.root.stat().st_mode & 0o777 == 0o700
    home.root.chmod(0o750)
    home.create()
    assert home.root.stat().st_mode & 0o777 == 0o750


def test_leftovers_of_killed_nights_go_and_finished_nights_stay(made: Home) -> None:
    (made.work / "killed" / "tables").mkdir(parents=True)
    (made.work / "killed.jsonl").write_text("{}")
    (made.nights / "unfinished").mkdir()
    (made.nights / "finished").mkdir()
    (made.nights / "finished" / "run.json").write_text("{}")
    (made.root / ".published-killed").symlink_to("nights/unfinished")
    made.clear_leftovers()
    assert list(made.work.iterdir()) == []
    assert [path.name for path in made.nights.iterdir()] == ["finished"]
    assert not (made.root / ".published-killed").is_symlink()


def test_home_without_a_night_says_so(made: Home) -> None:
    with pytest.raises(UsageError, match="no published night"):
        made.night()
    made.published.symlink_to("nights/gone")
    with pytest.raises(UsageError, match="no published night"):
        made.night()
    with pytest.raises(UsageError, match=r"^There is no folder \S+/mistyped\.$"):
        Home(made.root / "mistyped").night()


def test_home_of_another_user_is_wrong_usage(made: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> int:
        raise PermissionError

    monkeypatch.setattr("flows.home.os.open", refused)
    with pytest.raises(UsageError, match="only its owner can run nights"), made.lock():
        pass
    with pytest.raises(UsageError, match="only its owner can run nights"):
        made.check_lock()


def test_home_that_cannot_be_written_begins_no_night(made: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.home.os.access", lambda *_: False)
    with pytest.raises(UsageError, match="only its owner can run nights"):
        made.create()
