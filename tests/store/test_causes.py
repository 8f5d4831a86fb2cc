"""Of several things that a load brought of a patient, the ledger tells the one that explains most."""

from __future__ import annotations

import pytest

from transforms.causes import RANKED, causes_of_merges, first_causes


@pytest.mark.parametrize(
    ("explains", "beside"),
    [
        ("merged", "withdrawn"),
        ("unmerged", "new_result"),
        ("withdrawn", "corrected_result"),
        ("corrected_result", "new_result"),
        ("withdrawn", "died"),
        ("died", "new_result"),
        ("new_result", "new_event"),
        ("new_event", "coverage_changed"),
    ],
)
def test_what_explains_most_is_told(explains: str, beside: str) -> None:
    assert {explains, beside} <= set(RANKED)
    parts = [causes_of_merges({"p": because}) for because in (beside, explains)]
    for order in (parts, parts[::-1]):
        assert first_causes(order)["because"].to_list() == [explains]
