"""status: what its tables count."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from flows.home import Home
from flows.status import status


def test_status_counts_a_patient_of_several_cohorts_once(night: Path, home: Home) -> None:
    open_ = pl.read_parquet(night / "membership.parquet").filter(status="indeterminate")
    [told] = status(home.root)["nights"].to_dicts()
    assert told["patients undetermined"] == open_["patient_id"].n_unique() < len(open_)
