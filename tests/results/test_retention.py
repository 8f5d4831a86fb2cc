"""Rows that may be removed: none of them changes what stands, whatever comes afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.extract import EXTRACT_TABLES
from transforms.results import normalize_results
from transforms.retention import needless_rows

CONTENT = EXTRACT_TABLES["lab_results"].column_names
Row = dict[str, str | None]
LOADS = {1: datetime(2026, 6, 1), 2: datetime(2026, 6, 2)}
PRELIMINARY: Row = {"status": "preliminary"}
CORRECTED: Row = {"status": "corrected", "value": "8", "resulted_at": "2026-01-02 09:00"}
CANCELLED: Row = {"status": "cancelled", "value": None, "resulted_at": "2026-01-02 08:00"}


def frame(before: list[Row], after: list[Row]) -> pl.DataFrame:
    """Rows of one patient: those of the first load and those of the second."""
    usual = {
        "patient_id": "P1",
        "collected_at": "2026-01-02 07:00:00",
        "code_system": "hemacohort",
        "code": "hb",
        "unit": "g/dL",
        "value": "9",
        "specimen_id": "S1",
    }
    rows = [
        {
            **dict.fromkeys(CONTENT),
            **usual,
            **row,
            "source_file": "labs.csv",
            "source_line": line,
            "load": load,
        }
        for load, rows in ((1, before), (2, after))
        for line, row in enumerate(rows, 2)
    ]
    texts = dict.fromkeys((*CONTENT, "source_file"), pl.String)
    return pl.DataFrame(rows, schema={**texts, "source_line": pl.Int64, "load": pl.Int32})


def needless(*rows: Row) -> list[tuple[int, str]]:
    """Number (from 0) and kind of the rows that may go, all of the first load."""
    found = needless_rows(frame(list(rows), []), timezone="UTC")
    return sorted((line - 2, why) for line, why in found.select("source_line", "why").rows())


def stands(rows: pl.DataFrame) -> Any:
    """All that is read of rows but the reports that were replaced."""
    read = normalize_results(rows, timezone="UTC", loads=LOADS)
    standing = read.results.filter(pl.col("superseded_at").is_null())
    return [sorted(map(str, part.rows())) for part in (standing, read.quarantine, read.flags, read.reported)]


@pytest.mark.parametrize(
    ("rows", "gone"),
    [
        pytest.param([{}, {}, {}], [(1, "copy"), (2, "copy")], id="all copies but the first"),
        pytest.param([PRELIMINARY, {}], [(0, "replaced")], id="preliminary before final"),
        pytest.param([{}, CORRECTED], [(0, "replaced")], id="final before corrected"),
        pytest.param([CORRECTED, {}], [(1, "replaced")], id="whatever their order"),
        pytest.param([{}, {"value": "8"}], [], id="nothing decides"),
        pytest.param([{}, {**CORRECTED, "resulted_at": None}], [(0, "replaced")], id="neither has a time"),
        pytest.param(
            [{"resulted_at": "2026-01-02 10:00"}, CORRECTED], [], id="what was reported later may come back"
        ),
        pytest.param([{}, {**CORRECTED, "result_id": "R"}], [], id="another id"),
        pytest.param([{}, {**CORRECTED, "method": "M"}], [], id="another method"),
        pytest.param([{}, {**CORRECTED, "specimen_id": "S2"}], [], id="another specimen"),
        pytest.param([{}, CORRECTED, CANCELLED], [], id="withdrawn once"),
        pytest.param([{}, {**CORRECTED, "status": "perhaps"}], [], id="an unknown status"),
    ],
)
def test_what_may_go(rows: list[Row], gone: list[tuple[int, str]]) -> None:
    assert needless(*rows) == gone


_REPORT = st.fixed_dictionaries(
    {
        "status": st.sampled_from(
            ["preliminary", "final", "corrected", "cancelled", "entered-in-error", "?"]
        ),
        "result_id": st.sampled_from([None, None, "R", "Q"]),
        "value": st.sampled_from(["8", "9", "PENDING"]),
        "resulted_at": st.sampled_from([None, *(f"2026-01-02 0{hour}:00" for hour in (7, 8, 9))]),
        "specimen_id": st.sampled_from(["S1", "S1", "S2", None]),
        "collected_at": st.sampled_from(
            ["2026-01-02 07:00:00", "2026-01-02 07:00:00", "2026-01-03 07:00:00"]
        ),
        "method": st.sampled_from([None, None, "M"]),
    }
)


@given(st.lists(_REPORT, min_size=2, max_size=7), st.lists(_REPORT, max_size=4))
@example([PRELIMINARY, {}], [CANCELLED])
@example([{}, {}, CORRECTED], [{**CORRECTED, "value": "7", "resulted_at": "2026-01-02 09:30"}])
def test_nothing_that_goes_is_missed_whatever_comes(before: list[Row], after: list[Row]) -> None:
    whole = frame(before, after)
    gone = needless_rows(whole.filter(pl.col("load") == 1), timezone="UTC")
    place = ["load", "source_file", "source_line"]
    for rows in (whole, whole.filter(pl.col("load") == 1)):
        assert stands(rows.join(gone, on=place, how="anti")) == stands(rows)
