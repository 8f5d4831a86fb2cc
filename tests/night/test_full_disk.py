"""A disk that fills up is said in words, whichever library met it first (tried on a real one by hand: docs/operations.md)."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import polars as pl
import pytest

from flows.failures import unforeseen


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)),
        pl.exceptions.ComputeError(f"{os.strerror(errno.ENOSPC)} (os error 28)"),
        RuntimeError(f"TransactionContext Error: Failed to commit: {os.strerror(errno.ENOSPC)}"),
    ],
)
def test_full_disk_is_said_whoever_found_it(error: Exception, tmp_path: Path) -> None:
    told = unforeseen(tmp_path / "logs", error)
    assert told.exit_code == 1
    assert str(told).startswith("The disk is full; make room and run again, the published night is as it was")
    assert not told.may_pass


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
