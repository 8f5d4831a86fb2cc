"""Which code and which other blood count an explanation names: the one that the verdict rests on, at every edge of a window."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import polars as pl
import pytest

from schemas.history_atoms import HISTORY_ATOMS
from schemas.switches import Switches
from tests.evidence.window_edges import Edge, edges
from tests.testbed import INDEX, evidence_of, records_of
from transforms.context import coded_events
from transforms.grounds import Cutoff, Event, OtherCounts, cutoff_of, event_behind, other_counts
from transforms.repeats import PERSISTENT, TOGETHER

DAY = INDEX.date()
ATOMS = {**{name: f"has_{name}" for name in HISTORY_ATOMS}, "transfused_120d": "red_cells_transfused"}
COUNTS = {name: f"{name}_found" for name in (*TOGETHER, *PERSISTENT, "second_count_120_730d")}


def coded(**cells: str) -> Mapping[str, pl.DataFrame]:
    """The coded events of one patient of the test bed."""
    return coded_events(records_of([{"case": "p", **cells}]).events.with_columns(patient=pl.lit(0, pl.Int64)))


def at(columns: Mapping[str, str]) -> list[Edge]:
    """The edges of the windows behind some columns of the evidence."""
    return [edge for edge in edges() if edge.column in columns]


@pytest.mark.parametrize("edge", at(ATOMS), ids=lambda edge: edge.case["case"])
def test_a_code_is_named_exactly_where_it_counts(edge: Edge) -> None:
    cells = {name: cell for name, cell in edge.case.items() if name != "case"}
    event = event_behind(ATOMS[edge.column], coded(**cells), INDEX)
    assert (event is not None) is edge.says


def test_another_blood_count_is_named_exactly_where_it_counts() -> None:
    looked_at = at(COUNTS)
    assert {edge.column for edge in looked_at} == set(COUNTS)
    assert {edge.says for edge in looked_at} == {True, False}
    evidence = evidence_of([edge.case for edge in looked_at])
    for edge in looked_at:
        own = evidence.filter(pl.col("patient_id") == edge.case["case"])
        counts = other_counts(COUNTS[edge.column], own, INDEX)
        assert counts is not None
        assert (counts.found is not None) is edge.says, edge.case["case"]


def test_the_newest_event_is_named_with_what_its_value_set_calls_it() -> None:
    event = event_behind("has_myelotoxic_drug", coded(rx="L04AX03@-200:-40; L04AX01@-60; N05AH02@9"), INDEX)
    start = DAY - timedelta(days=60)
    assert event == Event("ATC", "L04AX01", "azathioprine", start, start + timedelta(days=29))


def test_of_a_course_of_iron_the_first_start_is_named() -> None:
    events = coded(rx="B03AA07@-8; B03AC@20; B03AA07@30:70; B03AA03@40")
    days = {name: event_behind(name, events, INDEX) for name in ("iron_started", "oral_iron_started")}
    starts = {name: (event.start - DAY).days for name, event in days.items() if event}
    assert starts == {"iron_started": 20, "oral_iron_started": 30}


def test_the_nearest_count_that_is_low_is_named_and_of_two_the_earlier() -> None:
    evidence = evidence_of([{"case": "p", "sex": "M", "hb": "100; 100@-400; 140@-130; 110@-200; 90@200"}])
    counts = other_counts("persistent_hb_found", evidence, INDEX)
    assert counts == OtherCounts(4, INDEX - timedelta(days=200), ("hb",))


def test_all_the_lines_are_low_in_the_count_that_is_named() -> None:
    case = {"case": "p", "age": "40", "sex": "M", "hb": "100; 100@-20; 100@-60", "plt": "90; 200@-20; 90@-60"}
    counts = other_counts("repeat_hb_plt_found", evidence_of([case]), INDEX)
    assert counts == OtherCounts(2, INDEX - timedelta(days=60), ("hb", "plt"))


def test_a_count_that_is_not_known_to_be_low_is_not_named() -> None:
    evidence = evidence_of([{"case": "p", "sex": "M", "hb": "100; <150@-200"}])
    assert other_counts("persistent_hb_found", evidence, INDEX) == OtherCounts(1, None, ("hb",))


@pytest.mark.parametrize(
    ("case", "edition", "cutoff"),
    [
        ({"age": "57", "sex": "F"}, "2024", Cutoff(120, 120, None)),
        ({"age": "57", "sex": "M"}, "2024", Cutoff(130, 130, None)),
        ({"age": "57"}, "2024", Cutoff(120, 130, None)),
        ({"age": "1.5"}, "2024", Cutoff(105, 105, None)),
        ({"age": "1.5"}, "2011", Cutoff(110, 110, None)),
        ({"age": "30", "sex": "F", "pregnant": "?"}, "2024", Cutoff(105, 110, None)),
        ({"age": "57", "sex": "F", "elevation": "1600"}, "2024", Cutoff(120, 120, 89)),
    ],
)
def test_the_cutoff_of_the_patient_is_reported(case: dict[str, str], edition: str, cutoff: Cutoff) -> None:
    switches = Switches(hb_edition=edition)
    evidence = evidence_of([{"case": "p", "hb": "100", **case}], switches)
    assert cutoff_of("anemia", evidence, INDEX, switches) == cutoff
    assert cutoff_of("moderate_anemia", evidence, INDEX, switches) is None


def test_evidence_of_an_older_version_is_not_asked_for_what_it_lacks() -> None:
    evidence = evidence_of([{"case": "p", "sex": "M", "hb": "100; 100@-200"}])
    assert other_counts("persistent_hb_found", evidence.drop("sex"), INDEX) is None
    assert cutoff_of("anemia", evidence.drop("trimester"), INDEX) is None


def test_a_criterion_about_a_result_names_neither() -> None:
    assert event_behind("ferritin_below_30", coded(rx="B03AA07@1"), INDEX) is None
    assert other_counts("ferritin_below_30", pl.DataFrame(), INDEX) is None
    assert event_behind("has_ckd_code", coded(), INDEX) is None
