"""Merged identifiers: applied while an extract is read, and every row keeps the identifier it came with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from flows.errors import ExtractError
from flows.ingest import IngestCounts
from transforms.extract_tables import joined_merges

Load = Callable[..., IngestCounts]
Table = Callable[[str], pl.DataFrame]
LABS = (
    "new,2026-01-02 07:00,hemacohort,hb,10,g/dL,S1,",
    "old,2025-01-02 07:00,hemacohort,hb,9,g/dL,S2,",
    " older ,2024-01-02 07:00,hemacohort,hb,CLOTTED,g/dL,S3,",
)


def write(extract: Path, name: str, *lines: str) -> None:
    (extract / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_rows_of_merged_identifiers_move_and_keep_their_own(
    extract: Path, labs: Callable[..., Path], load: Load, table: Table
) -> None:
    labs(*LABS)
    write(extract, "patient_merges", "from_patient_id,to_patient_id", "older,old", "old,new")
    write(
        extract,
        "clinical_events",
        "patient_id,kind,code_system,code,start_date",
        "old,diagnosis,ICD10CM,D50.9,2025-01-02",
        "older,visit,ICD10CM,D50.9,2025-01-02",
    )
    load()
    ids = ["patient_id", "source_patient_id"]
    assert table("lab_result").sort("collected_at").select(ids).rows() == [("new", "old"), ("new", None)]
    assert table("lab_clinical_event").select(ids).rows() == [("new", "old")]
    assert table("quarantine").select(ids).rows() == [("new", "older")]
    rejected = table("table_quarantine")  # as received: a later night may undo the merge
    assert rejected.select(ids).rows() == [("older", None)]
    assert json.loads(rejected["received"][0])["patient_id"] == "older"


def test_without_the_merge_the_rows_are_apart_again(
    extract: Path, labs: Callable[..., Path], load: Load, table: Table
) -> None:
    """The newest complete list of merges is the truth: what it no longer says is taken back."""
    labs(*LABS)
    write(extract, "patient_merges", "from_patient_id,to_patient_id", "old,new")
    load()
    assert table("lab_result")["patient_id"].unique().to_list() == ["new"]
    write(extract, "patient_merges", "from_patient_id,to_patient_id")
    load()
    assert table("lab_result").sort("collected_at").select("patient_id", "source_patient_id").rows() == [
        ("old", None),
        ("new", None),
    ]


def test_a_result_sent_under_both_identifiers_is_one(
    extract: Path, labs: Callable[..., Path], load: Load, table: Table
) -> None:
    labs(LABS[0].replace("new", "old"), LABS[0])
    write(extract, "patient_merges", "from_patient_id,to_patient_id", "old,new")
    assert load().duplicate == 1
    assert table("lab_result")["source_patient_id"].to_list() == [None]


def test_merges_in_a_circle_stop_the_night(extract: Path, labs: Callable[..., Path], load: Load) -> None:
    labs(*LABS)
    write(extract, "patient_merges", "from_patient_id,to_patient_id", "old,new", "new,old")
    with pytest.raises(
        ExtractError, match=r"patient_merges\.csv, line \d: the patient merges run in a circle"
    ):
        load()


@pytest.mark.parametrize(
    ("earlier", "newer", "both"),
    [
        ({}, {"a": "b"}, {"a": "b"}),
        ({"a": "b"}, {}, {"a": "b"}),
        ({"a": "b"}, {"c": "d"}, {"a": "b", "c": "d"}),
        ({"a": "b"}, {"b": "c"}, {"a": "c", "b": "c"}),
        ({"a": "b"}, {"c": "a"}, {"a": "b", "c": "b"}),
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "a"}, {"b": "a"}),  # the other one remained after all
        ({"a": "b", "c": "d"}, {"b": "c", "d": "a"}, {"b": "a", "c": "a", "d": "a"}),
        ({"a": "b"}, {"b": "a", "x": "a"}, {"b": "a", "x": "a"}),
    ],
)
def test_merges_that_add_to_earlier_ones(
    earlier: dict[str, str], newer: dict[str, str], both: dict[str, str]
) -> None:
    assert joined_merges(earlier, newer) == both
