"""What replaced a result: by id, by specimen, over chains, and whatever the order and the files the rows came in."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.checks import validate
from schemas.contracts import CONTRACTS
from schemas.extract import EXTRACT_TABLES
from schemas.tables import LAB_RESULT
from transforms.results import Normalized, normalize_results
from transforms.versions import settle_versions

Normalize = Callable[..., Normalized]
Row = dict[str, str | None]
CONTENT = EXTRACT_TABLES["lab_results"].column_names
EIGHT: Row = {"code": "hb", "unit": "g/dL", "value": "8"}
NINE: Row = {"code": "hb", "unit": "g/dL", "value": "9"}
CANCELLED: Row = {"code": "hb", "unit": None, "value": "", "status": "cancelled"}
CORRECTED: Row = {**NINE, "status": "corrected"}
R: Row = {"result_id": "R"}
LATER: Row = {"collected_at": "2026-01-02 06:30"}


def at(clock: str) -> Row:
    """A report at a time of the day."""
    return {"resulted_at": f"2026-01-02 {clock}"}


def outcome(*rows: Row, files: list[str] | None = None) -> Any:
    """What became of each usable row, by its content: superseded_by (a place is told by the row that lies there)."""
    names = files or ["labs.csv"] * len(rows)
    usual = {
        "patient_id": "P1",
        "specimen_id": "S1",
        "collected_at": "2026-01-02 07:00:00",
        "code_system": "hemacohort",
    }
    texts = [{**dict.fromkeys(CONTENT), **usual, **row} for row in rows]
    frame = pl.DataFrame(
        [
            {**text, "source_file": name, "source_line": line}
            for line, (text, name) in enumerate(zip(texts, names, strict=True), start=2)
        ],
        schema={**dict.fromkeys((*CONTENT, "source_file"), pl.String), "source_line": pl.Int64},
    )
    done = normalize_results(
        frame.with_columns(load=pl.lit(1, pl.Int32)), timezone="UTC", loads={1: datetime(2026, 6, 1)}
    )
    validate(done.results.select(*LAB_RESULT), CONTRACTS["lab_result"])
    places = {
        f"{name}:{line}": tuple(text.values())
        for line, (text, name) in enumerate(zip(texts, names, strict=True), 2)
    }
    usable = sorted(
        (
            row["result_id"] or "",
            row["value"] or 0.0,
            str(row["collected_at"]),
            str(row["resulted_at"]),
            row["status"],
            row["method"] or "",
            str(places.get(row["superseded_by"], row["superseded_by"])),
            str(row["flags"]),
        )
        for row in done.results.iter_rows(named=True)
    )
    fates = sorted(done.fates.group_by("fate").agg(pl.col("rows").sum()).rows())
    quarantined = sorted(
        (row["result_id"] or "", row["value"] or "", str(row["reasons"]))
        for row in done.quarantine.iter_rows(named=True)
    )
    return usable, fates, quarantined


def replaced(done: Normalized) -> dict[float, str | None]:
    """What superseded each value; null for a value in force."""
    return dict(done.results.select("value", "superseded_by").iter_rows())


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([EIGHT, CORRECTED], {80: "labs.csv:3", 90: None}, id="by specimen, code and time"),
        pytest.param([{**EIGHT, **R}, {**CORRECTED, **R}], {80: "R", 90: None}, id="by result id"),
        pytest.param([EIGHT, {**CORRECTED, **R}], {80: "R", 90: None}, id="only the correction has an id"),
        pytest.param([{**EIGHT, **R}, CORRECTED], {80: "labs.csv:3", 90: None}, id="only the original has an id"),
        pytest.param([{**EIGHT, **R}, {**CORRECTED, **R, **LATER}], {80: "R", 90: None}, id="the collection time was corrected"),
        pytest.param([EIGHT, {**EIGHT, **R}, {**CORRECTED, **R, **LATER}], {80: "R", 90: None}, id="a copy without id of what was moved"),
        pytest.param([{**EIGHT, **R}, CANCELLED], {80: "labs.csv:3"}, id="cancelled by specimen"),
        pytest.param([{**EIGHT, **R}, {**CANCELLED, **R}], {80: "R"}, id="cancelled by id"),
        pytest.param([{**EIGHT, **R}, {**CANCELLED, **R, **LATER}], {80: "R"}, id="cancelled by id under another time"),
        pytest.param([{**EIGHT, **R}, {**CANCELLED, **R, "collected_at": None}], {80: "R"}, id="cancelled by id without a time"),
        pytest.param([{**EIGHT, **R}, {**CORRECTED, **R, "collected_at": "soon"}], {80: "R"}, id="a correction without a time replaces"),
        pytest.param([EIGHT, CORRECTED, CORRECTED], {80: "labs.csv:3", 90: None}, id="the correction came twice"),
        pytest.param([EIGHT, {**CORRECTED, "result_id": "B"}, {**CORRECTED, "result_id": "A"}], {80: "A", 90: None}, id="the correction came twice under two ids"),
        pytest.param(
            [{**EIGHT, **at("08:00")}, {**CORRECTED, "value": "8.5", **at("09:00")}, {**CORRECTED, **at("10:00")}],
            {80: "labs.csv:4", 85: "labs.csv:4", 90: None},
            id="a chain leads to its end",
        ),
        pytest.param(
            [{**EIGHT, **at("08:00")}, {**CORRECTED, **at("09:00")}, {**CANCELLED, **at("10:00")}],
            {80: "labs.csv:4", 90: "labs.csv:4"},
            id="a chain that ends in a cancellation",
        ),
        pytest.param(
            [{**EIGHT, **at("08:00")}, {**CANCELLED, **at("09:00")}, {**NINE, **at("10:00")}],
            {80: "labs.csv:4", 90: None},
            id="reported anew after the cancellation",
        ),
        pytest.param(
            [{**EIGHT, "result_id": "A"}, {**CORRECTED, "result_id": "B"}, {**CANCELLED, "result_id": "B"}],
            {80: "B", 90: "B"},
            id="a cancelled correction does not bring back what it corrected",
        ),
        pytest.param(
            [{**EIGHT, "result_id": "A"}, {**NINE, "result_id": "B"}, {**CANCELLED, "result_id": "A"}],
            {80: "A", 90: None},
            id="a cancellation by id leaves the other result of the tube",
        ),
        pytest.param(
            [{**EIGHT, "result_id": "A"}, {**NINE, "result_id": "B"}, {**CANCELLED, "result_id": "C"}],
            {80: "C", 90: "C"},
            id="a cancellation that finds no id takes the tube's test",
        ),
        pytest.param([{**EIGHT, **R}, {**CANCELLED, **R, "specimen_id": None}], {80: "R"}, id="cancelled by id without a specimen"),
        pytest.param([EIGHT, {**CANCELLED, "specimen_id": "S2"}], {80: None}, id="another tube is another result"),
        pytest.param([EIGHT, {**CANCELLED, "code": "wbc"}], {80: None}, id="another test is another result"),
        pytest.param([EIGHT, {**CANCELLED, "patient_id": "P2"}], {80: None}, id="another patient is another result"),
    ],
)  # fmt: skip
def test_what_was_replaced_says_by_what(
    normalize: Normalize, rows: list[Row], expected: dict[float, str | None]
) -> None:
    assert replaced(normalize(*rows)) == expected
    assert len({str(outcome(*order)) for order in (rows, rows[::-1], [*rows[1:], rows[0]])}) == 1


def test_of_two_methods_the_replacement_is_of_the_same(normalize: Normalize) -> None:
    percent: Row = {"code": "neut_pct", "unit": "%"}
    done = normalize(
        {**percent, "value": "40", "method": "manual", "status": "preliminary"},
        {**percent, "value": "50", "method": "automated"},
        {**percent, "value": "55", "method": "manual"},
    )
    assert replaced(done) == {40: "labs.csv:4", 50: None, 55: None}


def test_two_times_under_one_id_disagree(normalize: Normalize) -> None:
    done = normalize({**EIGHT, **R}, {**NINE, **R, **LATER})
    assert done.results["flags"].to_list() == [["DUPLICATE_CONFLICT"]] * 2


def test_merged_row_keeps_the_identifier_it_came_with(normalize: Normalize) -> None:
    done = normalize(
        EIGHT,
        {**CORRECTED, "source_patient_id": "OLD"},
        {**CANCELLED, "code": "wbc", "source_patient_id": "OLD"},
    )
    assert done.results.sort("value")["source_patient_id"].to_list() == [None, "OLD"]
    assert done.quarantine["source_patient_id"].to_list() == ["OLD"]


HISTORY = st.lists(
    st.fixed_dictionaries(
        {
            "specimen_id": st.sampled_from(["S1", "S1", "S2", None]),
            "collected_at": st.sampled_from(["2026-01-02 07:00", "2026-01-02 07:00", "2026-01-02 06:30", "soon"]),
            "resulted_at": st.sampled_from([None, "2026-01-02 08:00", "2026-01-02 09:00", "2026-01-02 10:00"]),
            "status": st.sampled_from(["preliminary", None, "final", "corrected", "corrected", "cancelled", "maybe"]),
            "result_id": st.sampled_from([None, None, "A", "B"]),
            "method": st.sampled_from([None, None, "manual"]),
            "value": st.sampled_from(["8", "8.0", "9", "10", "CLOTTED"]),
            "code": st.sampled_from(["hb", "hb", "wbc"]),
        }
    ).map(lambda row: {**row, "unit": "g/dL" if row["code"] == "hb" else "G/L"}),
    min_size=2,
    max_size=9,
)  # fmt: skip


@given(HISTORY, st.randoms(use_true_random=False))
def test_the_outcome_is_a_function_of_the_set_of_rows(rows: list[Row], chance: random.Random) -> None:
    """Any order, any split into files, any row sent twice: the same results are in force, replaced by the same."""
    expected, fates, quarantined = outcome(*rows)
    shuffled = chance.sample(rows, len(rows))
    files = [chance.choice(["a.csv", "b.csv", "c.csv"]) for _ in rows]
    assert outcome(*shuffled, files=files) == (expected, fates, quarantined)
    again = [*shuffled, *chance.choices(rows, k=3)]
    usable, _, set_aside = outcome(*again, files=[chance.choice("xyz") for _ in again])
    assert (usable, set_aside) == (expected, quarantined)


@given(HISTORY)
def test_a_chain_ends_at_a_row_that_nothing_replaced(rows: list[Row]) -> None:
    """Every superseded row says by what, and that row stands or is a withdrawal; no other row says so."""
    number = {"CLOTTED": None, "8": 80.0, "8.0": 80.0, "9": 90.0, "10": 100.0}
    frame = pl.DataFrame(
        [
            {
                **dict.fromkeys(CONTENT),
                **row,
                "patient_id": "P1",
                "source_patient_id": None,
                "source_file": "labs.csv",
                "source_line": line,
                "load": 1,
                "row": line,
                "test": row["code"],
                "at": None
                if row["collected_at"] == "soon"
                else datetime.fromisoformat(str(row["collected_at"])),
                "reported": datetime.fromisoformat(row["resulted_at"]) if row["resulted_at"] else None,
                "state": {None: "final", "maybe": None}.get(row["status"], row["status"]),
                "usable": row["value"] != "CLOTTED",
                "low": number[str(row["value"])],
                "high": number[str(row["value"])],
            }
            for line, row in enumerate(rows)
        ],
        schema={
            **dict.fromkeys((*CONTENT, "source_patient_id", "source_file", "test", "state"), pl.String),
            "source_line": pl.Int64,
            "load": pl.Int32,
            "row": pl.Int64,
            "usable": pl.Boolean,
            "low": pl.Float64,
            "high": pl.Float64,
            "at": pl.Datetime("us"),
            "reported": pl.Datetime("us"),
        },
    )
    versions = settle_versions(frame)
    assert versions["row"].to_list() == frame["row"].to_list()
    assert (
        versions["by"].is_not_null() == (versions["version"] == "superseded").fill_null(value=False)
    ).all()
    ends = versions.join(versions.filter(pl.col("by").is_not_null()).select(row="by"), on="row", how="semi")
    assert set(ends["version"].to_list()) <= {None, "withdrawn"}
