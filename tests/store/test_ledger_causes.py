"""What the ledger says of a patient whose membership changed: which of several causes, and in which words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from schemas.tables import LAB_RESULT, MEMBERSHIP, shaped
from transforms.ledger import Occasion, entries
from transforms.ledger_causes import (
    RANKED,
    causes_of_merges,
    causes_of_results,
    causes_of_tables,
    first_causes,
)

TONIGHT = datetime(2026, 7, 1, 2, 15)
BEFORE = datetime(2026, 6, 1, 2, 15)


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
def test_what_explains_most_is_reported(explains: str, beside: str) -> None:
    assert {explains, beside} <= set(RANKED)
    parts = [causes_of_merges({"p": because}) for because in (beside, explains)]
    for order in (parts, parts[::-1]):
        assert first_causes(order)["because"].to_list() == [explains]


def result(**changes: Any) -> dict[str, Any]:
    """A result of tonight's load that stands."""
    return {
        "patient_id": "p",
        "analyte": "hb",
        "collected_at": datetime(2026, 6, 1, 8),
        "source_value": "9.1",
        "source_unit": "g/dL",
        "result_id": "R1",
        "source_file": "labs.csv",
        "source_line": 7,
        "loaded_at": TONIGHT,
        "superseded_at": None,
        "superseded_by": None,
        **changes,
    }


def causes_of(*results: dict[str, Any]) -> list[tuple[str, str]]:
    """Because and caused_by of what tonight's results say of patient p, what explains most first."""
    frame = pl.DataFrame(list(results), schema=LAB_RESULT) if results else pl.DataFrame(schema=LAB_RESULT)
    found = causes_of_results(shaped(frame, LAB_RESULT), pl.Series(["p"]), TONIGHT)
    return found.sort("rank").select("because", "caused_by").rows()


REPLACED = {"loaded_at": BEFORE, "superseded_at": TONIGHT, "superseded_by": "R1", "result_id": "R0"}


def test_a_corrected_value_is_reported_before_and_after() -> None:
    [first, second] = causes_of(result(**REPLACED, source_value="12.4"), result())
    assert first == ("corrected_result", "hb of 2026-06-01 08:00: 12.4 g/dL became 9.1 g/dL")
    assert second == ("new_result", "hb of 2026-06-01 08:00: 9.1 g/dL")


def test_a_report_that_says_the_same_again_corrects_nothing() -> None:
    """As the final report after the preliminary one does."""
    assert causes_of(result(**REPLACED), result()) == [("new_result", "hb of 2026-06-01 08:00: 9.1 g/dL")]


def test_a_value_with_nothing_in_its_place_was_withdrawn() -> None:
    [first, _] = causes_of(result(**REPLACED))
    assert first == ("withdrawn", "hb of 2026-06-01 08:00: 9.1 g/dL became withdrawn")
    [first, _] = causes_of(result(**REPLACED), result(result_id="R2"))
    assert first[0] == "withdrawn"  # another result stands, not the one that replaced it


def test_a_row_without_a_usable_value_is_reported_as_such() -> None:
    assert causes_of() == [("new_result", "a laboratory row without a usable new value")]


def test_what_the_small_tables_say_goes_to_the_identifier_that_remains() -> None:
    patients = pl.DataFrame(
        {"patient_id": ["gave_up", "q"], "death_date": [date(2026, 6, 20), None]},
        schema={"patient_id": pl.String, "death_date": pl.Date},
    )
    events = pl.DataFrame(
        {
            "patient_id": ["gave_up"],
            "kind": ["diagnosis"],
            "code_system": ["ICD10CM"],
            "code": ["D50.9"],
            "start_date": [date(2026, 6, 2)],
        }
    )
    coverage = pl.DataFrame(
        {
            "patient_id": ["gave_up"],
            "domain": ["lab"],
            "observed_from": [date(2026, 1, 1)],
            "observed_to": [date(2026, 12, 31)],
        }
    )
    found = causes_of_tables(patients, events, coverage, {"gave_up": "remains"})
    assert found.sort("patient_id", "rank", descending=[True, False]).drop("rank").rows() == [
        ("remains", "died", "death on 2026-06-20"),
        ("remains", "new_event", "diagnosis ICD10CM D50.9 of 2026-06-02"),
        ("remains", "coverage_changed", "lab observed 2026-01-01 to 2026-12-31"),
        ("q", "new_event", "the patient's record"),
    ]


def member(index: date, **changes: Any) -> pl.DataFrame:
    row = {
        "patient_id": "p",
        "rule_id": "pancytopenia",
        "rule_version": 1,
        "status": "met",
        "tier": "probable",
        "entered_on": index,
        "index_collected_at": datetime(index.year, index.month, index.day, 8),
        **changes,
    }
    return shaped(pl.DataFrame([row], schema=MEMBERSHIP), MEMBERSHIP)


NOBODY = pl.DataFrame(schema=MEMBERSHIP)


def entry(before: pl.DataFrame, after: pl.DataFrame, **changes: Any) -> tuple[str, str]:
    """Event and because of the one entry of a night of 1 July 2026, on which p had a new result."""
    causes = first_causes(
        [
            causes_of_results(
                shaped(pl.DataFrame([result()], schema=LAB_RESULT), LAB_RESULT), pl.Series(["p"]), TONIGHT
            )
        ]
    )
    occasion = Occasion(date(2026, 7, 1), "run", first=False, everybody=changes.pop("everybody", None))
    given = {"ever": before, "causes": causes, "dead": pl.Series([], dtype=pl.String), **changes}
    made = entries(before, after, occasion=occasion, **given)
    [row] = made.select("event", "because").rows()
    return row


def test_a_count_has_aged_out_when_its_year_is_over_and_not_on_its_last_day() -> None:
    assert entry(member(date(2025, 7, 1)), NOBODY) == ("left", "new_result")  # 365 days ago
    assert entry(member(date(2025, 6, 30)), NOBODY) == ("left", "aged_out")
    undecided = member(date(2025, 8, 1), status="indeterminate", tier=None)
    nothing = first_causes([])
    assert entry(member(date(2025, 6, 30)), undecided, causes=nothing) == ("became_indeterminate", "aged_out")
    assert entry(member(date(2025, 7, 1)), undecided, causes=nothing) == ("became_indeterminate", "fell_due")


def test_who_was_a_member_before_comes_back() -> None:
    june = member(date(2026, 6, 1))
    assert entry(NOBODY, june) == ("entered", "new_result")
    assert entry(NOBODY, june, ever=june) == ("reentered", "new_result")
    undecided = member(date(2026, 6, 1), status="indeterminate", tier=None)
    assert entry(undecided, june, ever=june) == ("reentered", "new_result")
    assert entry(undecided, june, ever=NOBODY) == ("entered", "new_result")


def test_a_cause_that_everybody_shares_is_given_for_whom_nothing_else_explains() -> None:
    june, nothing = member(date(2026, 6, 1)), first_causes([])
    assert entry(NOBODY, june, causes=nothing) == ("entered", "fell_due")
    assert entry(NOBODY, june, causes=nothing, everybody="setting_changed") == ("entered", "setting_changed")
    assert entry(NOBODY, june, everybody="setting_changed") == ("entered", "new_result")
    dead = pl.Series(["p"])
    assert entry(june, NOBODY, dead=dead) == ("left", "died")
    other = member(date(2026, 6, 1), rule_version=2, tier="possible")
    assert entry(june, other) == ("tier_changed", "rule_changed")
