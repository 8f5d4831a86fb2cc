"""Exit codes, one sentence on the screen, and nothing of a patient in it."""

from __future__ import annotations

import errno
import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from populations import DEFICIENT, POPULATION

from flows.cli import main
from flows.errors import CheckError, ExtractError
from flows.failures import masked
from flows.home import Home


def call(*arguments: str | Path) -> int:
    """Exit code of a command."""
    with pytest.raises(SystemExit) as done:
        main([str(argument) for argument in arguments])
    return int(done.value.code or 0)


def run_direct(home: Home) -> int:
    return call(
        "run", "--home", home.root, "--extract", home.root.parent, "--direct", "--as-of", "2026-06-30"
    )


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("run", "Missing option '--home'"),
        ("run --home x", "Name the folder of the extract with --extract."),
        ("nonsense", "No such command 'nonsense'"),
        ("sql --nonsense", "No such option: --nonsense"),
        ("simulate --out x --patients 0", "Invalid value for '--patients'"),
        ("rules show no_such_rule", "There is no rule 'no_such_rule'. The rules: iron_deficiency_anemia,"),
        ("rules switches --home HOME", "does not exist"),
        ("run --home HOME --extract x --direct --as-of tomorrow", "--as-of is a date such as"),
        ("run --home HOME --extract x --direct --timezone Mars/Olympus", "unknown time zone 'Mars/Olympus'"),
        ("status --home HOME", "There is no folder"),
        ("sql --home HOME SHOW", "There is no folder"),
        ("report --home HOME", "There is no folder"),
        ("export --home HOME --self-contained x.duckdb", "There is no folder"),
        ("explain --home HOME p1 --as-of tomorrow", "--as-of is a date such as"),
        ("run --home /proc/no_home --extract x --direct", "The folder /proc/no_home cannot be created"),
        ("simulate --out /proc/no_extract --patients 1", "The extract cannot be written to /proc/no_extract"),
    ],
)
def test_wrong_usage_is_2(command: str, says: str, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(*(home.root if word == "HOME" else word for word in command.split())) == 2
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    assert says in captured.err


def test_a_wrong_time_is_reported_with_its_option(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("run", "--home", home.root, "--known-at", "never") == 2
    assert capsys.readouterr().err.startswith("hemacohort: --known-at is a local time")


@pytest.mark.parametrize("option", [["--full"], ["--extract", "x"], ["--source", "omop"]])
def test_an_option_that_means_nothing_for_a_past_night_is_refused(
    option: list[str], night: Path, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("run", "--home", home.root, "--known-at", "2199-01-01", *option) == 2
    assert "--known-at works from what the home already holds" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ExtractError("lab_results.csv line 3: a quote is never closed."), 10),
        (CheckError("row_conservation", "lost"), 11),
    ],
)
def test_failures_of_a_kind_have_their_code_and_one_sentence(
    error: Exception,
    code: int,
    stubbed: None,
    home: Home,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(sys.modules["flows.ingest"], "ingest", broken)
    assert run_direct(home) == code
    captured = capsys.readouterr().err.splitlines()
    assert captured[-1] == f"hemacohort: {error}"
    assert not home.published.exists()


@pytest.mark.parametrize("kind", [ValueError, pl.exceptions.PanicException])
def test_unforeseen_failure_is_1_with_a_log_and_no_patient_anywhere(
    kind: type[BaseException],
    stubbed: None,
    home: Home,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        secret, value = DEFICIENT, 181 / 2
        raise kind(f'could not read "{secret}" with {value} in [{secret}]')

    monkeypatch.setattr(sys.modules["flows.ingest"], "ingest", broken)
    assert run_direct(home) == 1
    captured = capsys.readouterr()
    log = next(home.logs.glob("failure-*"))
    assert str(log) in captured.err
    assert "Traceback" not in captured.err
    text = log.read_text()
    assert kind.__name__ in text
    assert "test_command_line.py" in text
    assert log.stat().st_mode & 0o777 == 0o600
    for secret in (DEFICIENT, "90.5"):
        assert secret not in captured.out + captured.err + text


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(28, "secret"), "The disk is full; the published night is unchanged."),
        (MemoryError("secret"), "Run again with more --buckets"),
    ],
)
def test_what_the_system_lacks_is_reported(
    error: Exception,
    says: str,
    stubbed: None,
    home: Home,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(sys.modules["flows.ingest"], "ingest", broken)
    assert run_direct(home) == 1
    captured = capsys.readouterr().err
    assert says in captured
    assert "secret" not in captured


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ('conversion from `str` to `f64` failed for ["p1", "p2"]', "conversion from … to … failed for …"),
        ("row 17 of 'p1' has 3,5", "row … of … has …"),
        ("plain words", "plain words"),
    ],
)
def test_messages_of_libraries_lose_what_may_be_a_value(message: str, kept: str) -> None:
    assert masked(message) == kept


def test_a_night_prints_counts_and_never_a_patient(
    stubbed: None,
    home: Home,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, logger="hemacohort")
    assert run_direct(home) == 0
    captured = capsys.readouterr()
    assert "Night of 2026-06-30 published" in captured.out
    assert "Iron deficiency anemia" in captured.out
    assert "Screen every blood count" in caplog.text
    for who in POPULATION:
        assert who not in captured.out + captured.err + caplog.text


def test_status_shows_counts_and_never_a_patient(
    night: Path, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("status", "--home", home.root) == 0
    out = capsys.readouterr().out
    assert night.name in out
    assert "REJECT_TEXT" in out
    assert not any(who in out for who in POPULATION)


def test_report_says_where_it_is_or_writes_it(
    night: Path, home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("report", "--home", home.root) == 0
    assert Path(capsys.readouterr().out.strip()).is_file()
    assert call("report", "--home", home.root, "--out", tmp_path / "page") == 0
    assert (tmp_path / "page" / "index.html").is_file()


def test_unknown_patient_and_rule_are_wrong_usage(night: Path, home: Home) -> None:
    assert call("explain", "--home", home.root, "nobody") == 2
    assert call("explain", "--home", home.root, DEFICIENT, "--rule", "no_such_rule") == 2


def test_explain_as_data(night: Path, home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    of_cell, rule = f" {DEFICIENT}\t", "iron_deficiency_anemia"
    assert call("explain", "--home", home.root, of_cell, "--rule", rule, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert [cohort["answer"] for cohort in answer["cohorts"]] == ["holds"]


def test_query_from_a_file_or_from_a_pipe_and_not_both(
    night: Path, home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "q.sql").write_text("SELECT 41 + 1 AS answer")
    assert call("sql", "--home", home.root, "--file", tmp_path / "q.sql", "--format", "csv") == 0
    assert capsys.readouterr().out == "answer\n42\n"
    assert call("sql", "--home", home.root, "SELECT 1", "--file", tmp_path / "q.sql") == 2
    assert call("sql", "--home", home.root, "--file", tmp_path / "none.sql") == 2


def test_rules_are_listed_shown_and_checked(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("rules") == call("rules", "list") == call("rules", "check") == 0
    assert "iron_deficiency_anemia" in capsys.readouterr().out
    assert call("rules", "show", "pancytopenia") == 0
    assert "below 150" in capsys.readouterr().out


@pytest.mark.parametrize(
    "command",
    [
        ("status", "--home", "{home}"),
        ("sql", "--home", "{home}", "SELECT count(*) FROM cohort.tonight"),
        ("explain", "--home", "{home}", DEFICIENT),
        ("rules",),
        ("rules", "show", "pancytopenia"),
        ("--help",),
    ],
)
def test_what_a_person_reads_says_what_it_is_not(
    command: tuple[str, ...], night: Path, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(*(word.format(home=home.root) for word in command)) == 0
    captured = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "not a diagnosis" in captured or "not diagnosis" in captured
    assert "o hematologist has reviewed" in captured


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("--version") == 0
    assert capsys.readouterr().out.startswith("hemacohort ")


def test_prefect_is_not_imported_without_need() -> None:
    modules = "flows.cli, flows.commands, flows.night, flows.query, flows.status"
    code = f"import sys, {modules}; print('prefect' in sys.modules)"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("arguments", [("rules", "switches"), ("status", "--home", "HOME")])
def test_reader_of_a_pipe_may_leave_early(night: Path, home: Home, arguments: tuple[str, ...]) -> None:
    words = [str(home.root) if word == "HOME" else word for word in arguments]
    command = [sys.executable, "-c", "from flows.cli import main; main()", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0


def test_another_pipe_that_breaks_is_no_success(
    night: Path, home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise BrokenPipeError(errno.EPIPE, "a server went away")

    monkeypatch.setattr("flows.kept_nights.roll_back", broken)
    assert call("rollback", "--home", home.root) == 1
    assert "An unexpected error occurred" in capsys.readouterr().err
