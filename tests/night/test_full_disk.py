"""A disk that fills up is said in words, whichever library met it first (tried on a real one by hand: docs/operations.md)."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from flows.duck import opened
from flows.failures import unforeseen
from flows.home import DATABASE, Home
from flows.moved import settle_all
from flows.warehouse import build_warehouse


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)),
        pl.exceptions.ComputeError(f"{os.strerror(errno.ENOSPC)} (os error 28)"),
        RuntimeError(f"TransactionContext Error: Failed to commit: {os.strerror(errno.ENOSPC)}"),
    ],
)
def test_full_disk_is_reported_whoever_found_it(error: Exception, tmp_path: Path) -> None:
    failure = unforeseen(tmp_path / "logs", error)
    assert failure.exit_code == 1
    assert str(failure).startswith(
        "The disk is full; the published night is unchanged. Make room and run again"
    )
    assert not failure.may_pass


def test_a_library_that_does_not_say_why_it_could_not_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Polars does of a Parquet file that it could not finish."""
    error = pl.exceptions.ComputeError("parquet: File out of specification: Invalid thrift: transport error")
    assert "disk" not in str(unforeseen(tmp_path, error))
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("flows.failures.shutil.disk_usage", lambda _: usage._replace(free=4096))
    assert str(unforeseen(tmp_path, error)).startswith("The disk is full")


def test_another_failure_is_not_called_a_full_disk(tmp_path: Path) -> None:
    assert "disk" not in str(unforeseen(tmp_path / "logs", ValueError("x")))


def test_file_of_a_night_is_whole_before_it_is_closed(
    night: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is not told by closing it, which then leaves all of it in the file beside."""

    def closing_in_vain(file: Path) -> duckdb.DuckDBPyConnection:
        connection = opened(file)
        connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        return connection

    monkeypatch.setattr("flows.warehouse.opened", closing_in_vain)
    file = tmp_path / "night.duckdb"
    build_warehouse(night, file)
    assert not file.with_name(file.name + ".wal").exists()
    with opened(file, read_only=True) as connection:
        assert connection.sql("SELECT count(*) FROM run.run").fetchall() == [(1,)]


def test_disk_that_fills_up_while_a_moved_home_is_mended_leaves_its_files_and_is_reported(
    night: Path, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = Home(tmp_path / "there")
    home.root.rename(there.root)
    before = (there.night() / DATABASE).read_bytes()

    def no_room(_night: Path, file: Path, **_: Any) -> int:
        file.write_bytes(b"half of it")
        raise duckdb.FatalException(f"Could not write file: {os.strerror(errno.ENOSPC)}")

    with monkeypatch.context() as patch:
        patch.setattr("flows.moved.build_warehouse", no_room)
        with there.lock(), pytest.raises(duckdb.FatalException):
            settle_all(there)
    assert (there.night() / DATABASE).read_bytes() == before
    with there.lock():
        assert settle_all(there) == 1
