"""OHDSI's Synthea27Nj, where it is at hand: counts that a change of the mapping must not move unseen."""

from __future__ import annotations

import zipfile
from pathlib import Path

import polars as pl
import pytest

from flows.adapters import adapt, source_files


@pytest.fixture(scope="module")
def out(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data set in canonical layout."""
    packed = shared / "data" / "omop_synthea27nj" / "Synthea27Nj_5.4.zip"
    if not packed.is_file():
        pytest.skip("Synthea27Nj (../shared/data/omop_synthea27nj) is not there")
    folder = tmp_path_factory.mktemp("synthea27nj")
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(folder)
    return adapt("omop", folder, folder / "out")


def test_every_record_is_accounted_for(out: Path) -> None:
    held = {
        "MEASUREMENT.csv": 10_040,
        "PERSON.csv": 28,
        "CONDITION_OCCURRENCE.csv": 470,
        "PROCEDURE_OCCURRENCE.csv": 1649,
        "OBSERVATION.csv": 8099,
        "DRUG_EXPOSURE.csv": 883,
        "VISIT_OCCURRENCE.csv": 1791,
    }
    rows = pl.concat(
        [
            pl.read_parquet(path, columns=["source_file", "source_line"])
            for path in out.glob("*.parquet")
            if path.stem != "coverage"
        ]
    )
    used = dict(rows.group_by("source_file").agg(pl.col("source_line").n_unique()).iter_rows())
    left_out = {file.name: file.left_out for file in source_files(out) if file.table}
    assert {name: used.get(name, 0) + count for name, count in left_out.items()} == held


@pytest.mark.parametrize(
    ("code", "unit", "rows"),
    [("718-7", "g/dL", 108), ("777-3", "10*3/uL", 107), ("2276-4", "ug/L", 12), ("38483-4", "mg/dL", 229)],
)
def test_results_of_an_analyte(out: Path, code: str, unit: str, rows: int) -> None:
    found = pl.read_parquet(out / "lab_results.parquet").filter(code_system="LOINC", code=code, unit=unit)
    assert found.height == rows


def test_the_vocabulary_is_cut_down_and_so_is_what_is_known(out: Path) -> None:
    drugs = pl.read_parquet(out / "clinical_events_medications.parquet")
    assert dict(drugs["code_system"].value_counts().iter_rows()).keys() <= {"ATC", "RXNORM"}
    coverage = pl.read_parquet(out / "coverage.parquet")
    assert coverage.height == 28 * 5
