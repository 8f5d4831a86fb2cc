"""Every table that crosses a stage is held against its contract before it is written."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import flows.screen
from flows.errors import CheckError
from flows.home import Home
from flows.night import begin, run_night
from flows.simulate import write_extract
from schemas.checks import ContractError, validate
from schemas.contracts import CONTRACTS
from schemas.tables import MEMBERSHIP
from transforms.simulation import simulate


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("contracts") / "extract"
    write_extract(simulate(patients=40, years=2, seed=5), folder, "csv")
    return folder


def run(home: Home, extract: Path) -> None:
    run_night(begin(home.root, extract, "canonical", "auto", {}))


def test_every_piece_of_a_night_keeps_a_contract(tmp_path: Path, extract: Path) -> None:
    home = Home(tmp_path / "home")
    run(home, extract)
    pieces = [
        path
        for table in CONTRACTS
        for path in (home.night() / "tables" / table).glob("*.parquet")
        if pl.read_parquet(path).height
    ]
    judged = {"evidence", "verdict", "finding", "membership", "why", "gap_time", "due", "rule_count"}
    assert judged <= {path.parent.name for path in pieces}
    for path in pieces:
        validate(pl.read_parquet(path), CONTRACTS[path.parent.name])


def test_a_screening_that_breaks_a_contract_publishes_nothing(
    tmp_path: Path, extract: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = flows.screen.membership
    monkeypatch.setattr(flows.screen, "membership", lambda *given: pl.concat([whole(*given)] * 2))
    home = Home(tmp_path / "home")
    with pytest.raises(CheckError, match=r"membership breaks its contract: .*ONE_ROW"):
        run(home, extract)
    assert not home.published.exists()


@pytest.mark.parametrize(
    ("column", "value"),
    [("status", "not met"), ("tier", None), ("tier", "certain"), ("rule_id", None)],
)
def test_a_member_is_met_with_a_tier_or_indeterminate(column: str, value: str | None) -> None:
    member = {"patient_id": "p", "rule_id": "bicytopenia", "rule_version": 1, "status": "met", "tier": "confirmed"}  # fmt: skip
    row = pl.DataFrame([member], schema=dict(MEMBERSHIP)).with_columns(
        index_collected_at=pl.datetime(2026, 6, 1)
    )
    validate(row, CONTRACTS["membership"])
    with pytest.raises(ContractError):
        validate(row.with_columns(pl.lit(value, pl.String).alias(column)), CONTRACTS["membership"])
