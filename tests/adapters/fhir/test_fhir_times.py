"""When the results of FHIR were collected."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tests.adapters.fhir.observations import Json, observation

Rows = Callable[..., pl.DataFrame]
SPECIMEN: Json = {
    "resourceType": "Specimen",
    "id": "s",
    "subject": {"reference": "Patient/p1"},
    "collection": {"collectedDateTime": "2024-01-05T06:00:00Z"},
}


@pytest.mark.parametrize(
    ("parts", "collected"),
    [
        ({"effectivePeriod": {"start": "2024-01-01", "end": "2024-01-02"}}, "2024-01-01"),
        ({"effectivePeriod": {"end": "2024-01-02"}}, "2024-01-02"),
        ({"effectiveInstant": "2024-01-01T00:00:00Z"}, "2024-01-01T00:00:00Z"),
        ({"effectiveTiming": {"event": ["2024-01-03"]}}, "2024-01-03"),
        ({"effectiveTiming": {"event": ["2024-01-03", "2024-01-04"]}}, None),  # either may be meant
        ({"effectiveTiming": {"repeat": {"frequency": 1}}}, None),
        ({"specimen": {"reference": "#s"}, "contained": [SPECIMEN]}, "2024-01-05T06:00:00Z"),
        ({"specimen": {"reference": "#other"}, "contained": [SPECIMEN]}, None),
        ({"specimen": {"reference": "#s"}, "contained": "none"}, None),
        (
            {"specimen": {"reference": "#s"}, "contained": [SPECIMEN], "effectiveInstant": "2024-01-06"},
            "2024-01-06",
        ),
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
    undated = [observation(id=name, effectiveDateTime=None) for name in ("o1", "o2", "o3", "o4", "o5", "o6")]
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
    lines = [observation(id="o0"), *undated, other, *reports]
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


def test_results_that_are_listed_by_their_address_in_a_bundle(folder: Path, adapted: Rows) -> None:
    """As in transactions: whatever the result is known by, the list names the address."""
    undated = [
        observation(id="o1", effectiveDateTime=None),
        observation(id=None, effectiveDateTime=None, identifier=[{"value": "acc-2"}]),
        observation(id=None, effectiveDateTime=None),
        observation(id="u4", effectiveDateTime=None),
        observation(id="o5", effectiveDateTime=None),
    ]
    report = listing(
        "DiagnosticReport",
        "result",
        *(f"urn:uuid:u{n}" for n in (1, 2, 3, 4)),
        effectiveDateTime="2024-03-06",
    )
    entries = [
        {"fullUrl": f"urn:uuid:u{n}", "resource": resource}
        for n, resource in enumerate([*undated, report], 1)
    ]
    (folder / "a.json").write_text(json.dumps({"resourceType": "Bundle", "entry": entries}))
    assert dict(adapted().select("result_id", "collected_at").iter_rows()) == {
        "o1": "2024-03-06",
        "acc-2": "2024-03-06",
        "u3": "2024-03-06",
        "u4": "2024-03-06",
        "o5": None,
    }


def test_a_result_without_a_time_has_that_of_its_specimen(folder: Path, adapted: Rows) -> None:
    """A specimen says more exactly than a report when blood was taken, and less exactly than the result itself."""

    def taken(name: str, specimen: str, **parts: object) -> Json:
        return observation(id=name, specimen={"reference": specimen}, effectiveDateTime=None, **parts)

    def specimen(name: str, **parts: object) -> Json:
        return {**SPECIMEN, "id": name, **parts}

    (folder / "Specimen.ndjson").write_text(
        "\n".join(
            json.dumps(line)
            for line in (
                specimen("s1"),
                specimen("s1"),
                specimen("s2", collection={"collectedPeriod": {"start": "2024-01-06", "end": "2024-01-07"}}),
                specimen("s3", subject={"reference": "Patient/p2"}),
                specimen("s4"),
                specimen("s4", collection={"collectedDateTime": "2024-01-09"}),
                specimen("s5", status="entered-in-error"),
                specimen("s6", collection={"bodySite": {"text": "arm"}}),
            )
        )
    )
    report = listing(
        "DiagnosticReport", "result", "Observation/o1", "Observation/o6", effectiveDateTime="2024-01-08"
    )
    lines = [
        observation(id="o0", specimen={"reference": "Specimen/s1"}),
        taken("o1", "Specimen/s1"),
        taken("o2", "http://x/fhir/Specimen/s2"),
        *(taken(f"o{number}", f"Specimen/s{number}") for number in range(3, 7)),
        taken("o7", "Specimen/s1", effectivePeriod={"start": "2024-02-01"}),
        report,
    ]
    (folder / "a.ndjson").write_text("\n".join(json.dumps(line) for line in lines))
    assert dict(adapted().select("result_id", "collected_at").iter_rows()) == {
        "o0": observation()["effectiveDateTime"],
        "o1": "2024-01-05T06:00:00Z",
        "o2": "2024-01-06",
        "o3": None,
        "o4": None,
        "o5": None,
        "o6": "2024-01-08",
        "o7": "2024-02-01",
    }
