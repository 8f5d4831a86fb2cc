"""When the results of FHIR were collected."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tests.adapters.fhir.observations import Json, observation

Rows = Callable[..., pl.DataFrame]


@pytest.mark.parametrize(
    ("parts", "collected"),
    [
        ({"effectivePeriod": {"start": "2024-01-01", "end": "2024-01-02"}}, "2024-01-01"),
        ({"effectivePeriod": {"end": "2024-01-02"}}, "2024-01-02"),
        ({"effectiveInstant": "2024-01-01T00:00:00Z"}, "2024-01-01T00:00:00Z"),
        ({}, None),
    ],
)
def test_when_it_was_collected(labs: Rows, parts: Json, collected: str | None) -> None:
    assert labs(observation(effectiveDateTime=None, **parts))["collected_at"].to_list() == [collected]


def listing(kind: str, member: str, *results: str, **parts: object) -> Json:
    """A resource that lists results."""
    return {
        "resourceType": kind,
        "subject": {"reference": "Patient/p1"},
        member: [{"reference": result} for result in results],
        **parts,
    }


def test_a_result_without_a_time_has_that_of_the_report_or_panel_that_lists_it(
    folder: Path, adapted: Rows
) -> None:
    """The blood count of the specification says its time in the report only."""
    told = [observation(id=name, effectiveDateTime=None) for name in ("o1", "o2", "o3", "o4", "o5", "o6")]
    other = observation(id="o7", effectiveDateTime=None, subject={"reference": "Patient/p2"})
    reports = [
        listing("DiagnosticReport", "result", "Observation/o1", effectiveDateTime="2024-03-05T08:00:00Z"),
        listing(
            "Observation", "hasMember", "http://x/Observation/o2", effectivePeriod={"start": "2024-03-06"}
        ),
        # two reports of one time agree, of two times they do not; one entered in error says nothing
        *(
            listing(
                "DiagnosticReport",
                "result",
                "Observation/o3",
                "Observation/o7",
                effectiveDateTime="2024-03-07",
            )
            for _ in range(2)
        ),
        *(
            listing("DiagnosticReport", "result", "Observation/o4", effectiveDateTime=f"2024-03-0{day}")
            for day in (7, 8)
        ),
        listing(
            "DiagnosticReport",
            "result",
            "Observation/o5",
            effectiveDateTime="2024-03-07",
            status="entered-in-error",
        ),
        listing("DiagnosticReport", "result", "#o6", "Observation/o0", effectiveDateTime="2024-03-09"),
    ]
    lines = [observation(id="o0"), *told, other, *reports]
    (folder / "a.ndjson").write_text("\n".join(json.dumps(line) for line in lines))
    rows = adapted().filter(pl.col("result_id").is_not_null())
    assert dict(rows.select("result_id", "collected_at").iter_rows()) == {
        "o0": observation()["effectiveDateTime"],
        "o1": "2024-03-05T08:00:00Z",
        "o2": "2024-03-06",
        "o3": "2024-03-07",
        "o4": None,
        "o5": None,
        "o6": None,
        "o7": None,
    }
