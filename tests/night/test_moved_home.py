"""A home that is restored from its backup, lies at another path, or on a disk that is mounted read-only."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from flows.cli import main
from flows.duck import opened
from flows.errors import UsageError
from flows.home import Home
from flows.moved import settle_all
from flows.night import begin, run_night
from flows.query import ask


def call(*words: str | Path) -> int:
    with pytest.raises(SystemExit) as done:
        main([str(word) for word in words])
    return int(done.value.code or 0)


def test_home_is_whole_again_after_its_backup_is_put_back(
    screened: Callable[..., Path], home: Home, tmp_path: Path
) -> None:
    screened()
    night = screened()
    question = "SELECT count(*) FROM screen.finding"
    before = ask(home.root, question).item(), (night / "run.json").read_text()
    backup = tmp_path / "backup"
    copy = ["flock", "--nonblock", str(home.root / "lock"), "cp", "-a", str(home.root), str(backup)]
    if shutil.which("flock") is None:
        copy = copy[3:]
    subprocess.run(copy, check=True)
    shutil.rmtree(home.root)
    subprocess.run(["cp", "-a", str(backup), str(home.root)], check=True)
    assert (ask(home.root, question).item(), (home.night() / "run.json").read_text()) == before
    assert len(home.finished()) == 2
    again = screened()  # and nights go on, with their ledger
    assert json.loads((again / "run.json").read_text())["digest"] == json.loads(before[1])["digest"]
    assert call("rollback", "--home", home.root) == 0
    assert home.night() == night


@pytest.mark.parametrize("name", ["elsewhere", "Anna's höme"])
def test_moved_home_is_mended_by_whoever_asks_first(
    screened: Callable[..., Path], home: Home, tmp_path: Path, name: str
) -> None:
    """Backups are put back on other machines; the views of a night name its pieces by full path."""
    screened()
    screened()
    past = run_night(  # the stubs keep no rows, so nothing is known in it
        begin(home.root, home.root, "canonical", None, {}, known_at="2199-01-01")
    )
    question = "SELECT count(*) FROM screen.evidence"
    rows = ask(home.root, question).item()
    there = Home(tmp_path / name)
    home.root.rename(there.root)
    modes = (there.night() / "hemacohort.duckdb").stat().st_mode
    with there.lock(), pytest.raises(UsageError, match="was moved since its nights were published"):
        ask(there.root, question)
    assert call("status", "--home", there.root) == 0
    assert (there.night() / "hemacohort.duckdb").stat().st_mode == modes
    # any client sees all of them, from anywhere
    for night in (*there.finished(), there.past / past["run_id"]):
        with duckdb.connect(str(night / "hemacohort.duckdb"), read_only=True) as client:
            assert client.sql(question).fetchone() == (0 if night.parent == there.past else rows,)
            assert client.sql("SELECT count(*) > 5 FROM run.stage").fetchone() == (True,)
    assert settle_all(there) == 0


def test_next_run_mends_a_moved_home_before_anything_else(
    screened: Callable[..., Path], home: Home, tmp_path: Path
) -> None:
    first = json.loads((screened() / "run.json").read_text())
    there = Home(tmp_path / "home-2")  # the old path is the beginning of the new one
    home.root.rename(there.root)
    again = run_night(begin(there.root, tmp_path / "extract", "canonical", first["as_of"], {}))
    assert again["digest"] == first["digest"]
    assert ask(there.root, "SELECT count(*) FROM run.input_file").item() > 0
    assert call("rollback", "--home", there.root) == 0
    assert there.night().name == first["run_id"]
    assert ask(there.root, "SELECT count(*) FROM screen.evidence").item() > 0


def test_moved_night_of_another_version_holds_up_no_run(
    screened: Callable[..., Path], home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its tables may lack a column that this version's views ask for."""
    first = json.loads((screened() / "run.json").read_text())
    there = Home(tmp_path / "there")
    home.root.rename(there.root)

    def lacks_a_column(*_: object) -> int:
        raise duckdb.BinderException("Binder Error: does not have a column named")

    monkeypatch.setattr("flows.moved.build_warehouse", lacks_a_column)
    with pytest.raises(UsageError, match="of another version of hemacohort"):
        ask(there.root, "SELECT 1")
    again = run_night(begin(there.root, tmp_path / "extract", "canonical", first["as_of"], {}))
    assert again["digest"] == first["digest"]
    assert ask(there.root, "SELECT count(*) FROM screen.evidence").item() > 0


def of_a_newer_duckdb(night: Path) -> None:
    """Put a file in place of a night's DuckDB file that ``opened_by_an_older`` does not read."""
    (night / "hemacohort.duckdb").write_bytes(b"NEWER")


def opened_by_an_older(file: Path | None = None, **more: Any) -> duckdb.DuckDBPyConnection:
    if file is not None and file.read_bytes().startswith(b"NEWER"):
        raise duckdb.IOException(
            "IO Error: Trying to read a database file with version number 999, but we can only read versions between "
            "64 and 68.\nThe database file was created with an newer version of DuckDB."
        )
    return opened(file, **more)


def test_nights_of_a_newer_duckdb_are_rebuilt_by_whoever_asks_first(
    screened: Callable[..., Path], home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After going back to an earlier DuckDB; all data lie in Parquet files, which it reads."""
    question = "SELECT count(*) FROM screen.evidence"
    first, second = screened(), screened()
    rows = ask(home.root, question).item()
    monkeypatch.setattr("flows.moved.opened", opened_by_an_older)
    for night in (first, second):
        of_a_newer_duckdb(night)
    with home.lock(), pytest.raises(UsageError, match=r"newer DuckDB than the one at hand \(1\."):
        ask(home.root, question)
    assert call("status", "--home", home.root) == 0
    assert ask(home.root, question).item() == rows
    assert call("rollback", "--home", home.root) == 0
    assert ask(home.root, question).item() == rows
    of_a_newer_duckdb(first)
    third = screened()  # a night does the same
    assert [night.name for night in home.finished()] == [first.name, second.name, third.name]
    with duckdb.connect(str(first / "hemacohort.duckdb"), read_only=True) as client:
        assert client.sql(question).fetchone() == (rows,)


def test_damaged_file_of_a_night_is_no_matter_of_versions(screened: Callable[..., Path], home: Home) -> None:
    (screened() / "hemacohort.duckdb").write_bytes(b"x" * 20_000)
    with pytest.raises(duckdb.IOException, match="not a valid DuckDB"):
        ask(home.root, "SELECT 1")


def test_home_on_a_disk_that_is_mounted_to_be_read(
    screened: Callable[..., Path],
    home: Home,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It can be asked where it was; nothing is tried that would write, and an overdue night is told all the same."""
    screened()
    there = Home(tmp_path / "snapshot")
    home.root.rename(there.root)
    opened = os.open

    def read_only(path: str | Path, flags: int, *more: int, **named: int) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) and Path(path).is_relative_to(there.root):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return opened(path, flags, *more, **named)

    monkeypatch.setattr(os, "open", read_only)
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=os.ST_RDONLY))
    for words in (["prune"], ["prune", "--yes"], ["rollback"]):
        assert call(*words, "--home", there.root) == 2
        assert "mounted read-only" in capsys.readouterr().err
    assert call("sql", "--home", there.root, "SELECT 1") == 2
    assert "hemacohort export" in capsys.readouterr().err
    content = json.loads((there.night() / "run.json").read_text())
    (there.night() / "run.json").write_text(json.dumps({**content, "finished_at": "2020-01-01 02:15:00"}))
    assert call("status", "--home", there.root, "--max-age", "26h") == 11
