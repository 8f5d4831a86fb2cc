"""The MIMIC-IV demo, where it is at hand: counts that a change of the mapping must not move unseen."""

from __future__ import annotations

import gzip
from pathlib import Path

import polars as pl
import pytest

from flows.adapters import adapt


@pytest.fixture(scope="module")
def out(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo in canonical layout."""
    return adapt("mimic-iv", demo, tmp_path_factory.mktemp("demo"))


def test_every_row_comes_through_with_its_own_line(demo: Path, out: Path) -> None:
    rows = pl.read_parquet(out / "lab_results.parquet").sort("source_line")
    with gzip.open(demo / "labevents.csv.gz", "rt", encoding="utf-8") as lines:
        ids = [line.split(",", 1)[0] for line in lines][1:]
    assert rows.height == 107_727
    assert rows["result_id"].to_list() == ids
    assert rows["source_line"].to_list() == list(range(2, 107_729))
    assert rows["source_file"].unique().to_list() == ["labevents.csv.gz"]


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        ("718-7", 2787),
        ("30313-1", 143),
        ("6690-2", 2776),
        ("777-3", 2827),
        ("26505-8", 395),
        ("770-8", 548),
        ("2276-4", 76),
        ("17849-1", 39),
        ("7796-6", 3),
        ("2160-0", 3003),
    ],
)
def test_rows_of_an_analyte(out: Path, code: str, rows: int) -> None:
    assert pl.read_parquet(out / "lab_results.parquet").filter(code=code, code_system="LOINC").height == rows


def test_an_item_that_no_rule_reads_keeps_its_code(out: Path) -> None:
    assert pl.read_parquet(out / "lab_results.parquet").filter(code_system="MIMIC-IV").height == 69_341


def test_the_other_tables(out: Path) -> None:
    heights = {path.stem: pl.read_parquet(path).height for path in out.glob("*.parquet")}
    assert heights == {
        "lab_results": 107_727,
        "patients": 100,
        "clinical_events_diagnoses": 4506,
        "clinical_events_medications": 204,
        "clinical_events_encounters": 319,
        "coverage": 100 + 2 * 275,
    }
    drugs = pl.read_parquet(out / "clinical_events_medications.parquet")["code"].value_counts()
    assert dict(drugs.iter_rows())["L01XX05"] == 23
