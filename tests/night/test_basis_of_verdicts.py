"""What the tables of everybody rest on: where it changes, an incremental night would mix old with new."""

from __future__ import annotations

import pytest

from flows import screen
from flows.screen import verdicts_rest_on
from schemas.contracts import CONTRACTS
from schemas.evidence import INPUTS
from schemas.switches import DEFAULTS


def test_a_new_column_of_a_table_is_a_new_basis(monkeypatch: pytest.MonkeyPatch) -> None:
    before = verdicts_rest_on(DEFAULTS)
    wider = CONTRACTS["gap_time"].add_columns({"column_of_tomorrow": CONTRACTS["gap_time"].columns["metric"]})
    monkeypatch.setattr(screen, "CONTRACTS", {**CONTRACTS, "gap_time": wider})
    assert verdicts_rest_on(DEFAULTS) != before


def test_a_new_column_of_the_evidence_is_a_new_basis(monkeypatch: pytest.MonkeyPatch) -> None:
    now = verdicts_rest_on(DEFAULTS)
    fewer = {name: item for name, item in INPUTS.items() if name != "albumin"}  # which no rule reads
    monkeypatch.setattr(screen, "INPUTS", fewer)
    before = verdicts_rest_on(DEFAULTS)
    assert before["tables"] != now["tables"]
    assert before["rules"] == now["rules"]
