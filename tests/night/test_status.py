"""status: what its tables count."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from flows.home import Home
from flows.overdue import check_age
from flows.status import status


def test_status_counts_a_patient_of_several_cohorts_once(night: Path, home: Home) -> None:
    open_ = pl.read_parquet(night / "membership.parquet").filter(status="indeterminate")
    [row] = status(home.root)["nights"].to_dicts()
    assert row["patients undetermined"] == open_["patient_id"].n_unique() < len(open_)


def test_analyst_sees_the_nights_that_are_open_to_the_group(
    screened: Callable[..., Path], home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those from before there was a group, the failed checks and the log are the owner's."""
    before, now = screened(), screened()
    home.failed_checks.parent.mkdir()
    home.failed_checks.write_text(json.dumps({"run_id": "x", "as_of": "2026-06-30", "checks": []}))
    assert {night["run"] for night in status(home.root)["nights"].to_dicts()} == {before.name, now.name}
    assert len(status(home.root)) == 7
    closed = {before, home.failed_checks}
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) not in closed)
    found = status(home.root)
    assert [night["run"] for night in found["nights"].to_dicts()] == [now.name]
    assert len(found) == 6
    check_age(home.root, timedelta(days=1))
    assert home.night_of(date(2026, 6, 30)) == now
