"""What the command line says of a night."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.commands import night_in_words, pruned_in_words
from flows.kept_nights import Pruning

FATES = ("accepted", "duplicate", "superseded", "ignored", "quarantined")


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (1200, "1,200 rows: 1,200 accepted, 0 duplicate, 0 superseded, 0 ignored, 0 quarantined"),
        (0, "No new rows; the night follows from what the home holds"),
    ],
)
def test_a_night_without_new_files_does_not_say_that_there_are_no_rows(rows: int, says: str) -> None:
    """As after ``codes accept``: the same files, and another code map."""
    counted = {"rows": rows, **dict.fromkeys(FATES, 0), "accepted": rows}
    content = {"as_of": "2026-06-15", "rows": counted, "cohorts": []}
    assert night_in_words(Path("home"), content).splitlines()[1] == says


def test_a_single_night_is_pruned_in_the_singular() -> None:
    said = pruned_in_words(Pruning(("a",), ("b",), ("c",), 2000), done=True)
    assert said.splitlines()[-1] == "1 night and 1 past one, 2.0 kB; 1 stays."
