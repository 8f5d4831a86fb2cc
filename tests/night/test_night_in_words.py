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
        (
            1200,
            "1,200 rows of all tables: 1,200 accepted, 0 duplicate, 0 superseded, 0 ignored, 0 quarantined",
        ),
        (0, "No new rows; the night follows from what the home holds"),
    ],
)
def test_a_night_without_new_files_does_not_say_that_there_are_no_rows(rows: int, says: str) -> None:
    """As after ``codes accept``: the same files, and another code map."""
    counted = {"rows": rows, **dict.fromkeys(FATES, 0), "accepted": rows}
    content = {"as_of": "2026-06-15", "rows": counted, "cohorts": [], "stages": stages("2026-06-15", 1)}
    assert night_in_words(Path("home"), content).splitlines()[1] == says


def stages(newest: str | None, membership: int) -> list[dict[str, object]]:
    return [
        {"stage": "ingest", "counts": {"newest_collected_at": newest and f"{newest} 08:00:00"}},
        {"stage": "exports", "counts": {"membership": membership}},
    ]


@pytest.mark.parametrize(
    ("newest", "membership", "out_of_sight"),
    [
        ("2025-06-14", 0, True),
        ("2025-06-15", 0, False),
        ("2026-06-15", 0, False),  # a healthy population
        ("2026-06-16", 0, True),  # as with shifted dates, where the night is today by default
        ("2026-06-16", 1, False),
        (None, 0, False),
    ],
)
def test_a_night_says_that_its_day_is_far_from_all_results(
    newest: str | None, membership: int, *, out_of_sight: bool
) -> None:
    counted = {"rows": 7, **dict.fromkeys(FATES, 0), "accepted": 7}
    content = {"as_of": "2026-06-15", "rows": counted, "cohorts": [], "stages": stages(newest, membership)}
    text = night_in_words(Path("home"), content)
    assert ("--as-of auto takes that day" in text) is out_of_sight
    assert (f"the newest result is of {newest}" in text) is out_of_sight


def test_a_single_night_is_pruned_in_the_singular() -> None:
    text = pruned_in_words(Pruning(("a",), ("b",), ("c",), 2000), done=True)
    assert text.splitlines()[-1] == "1 night and 1 past one, 2.0 kB; 1 stays."
