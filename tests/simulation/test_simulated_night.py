"""Simulated patients screened for real: no row is lost, and every cohort of the rule book has someone."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.home import Home
from flows.night import begin, run_night
from flows.reading import find_files
from flows.simulate import FORMATS, write_extract
from transforms.rules import RULES
from transforms.simulation import END, simulate


@pytest.fixture(scope="module")
def content(frames: dict[str, pl.DataFrame], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """run.json of a night over the simulated extract, with the folder of the night as ``place``."""
    folder = tmp_path_factory.mktemp("simulated")
    write_extract(frames, folder / "extract", "csv.gz")
    written = run_night(begin(folder / "home", folder / "extract", "canonical", "auto", {}))
    return {**written, "place": Home(folder / "home").night()}


def test_every_row_has_one_fate(content: dict[str, Any], frames: dict[str, pl.DataFrame]) -> None:
    rows = dict(content["rows"])
    assert rows.pop("rows") == sum(len(frame) for frame in frames.values())
    assert sum(rows.values()) == sum(len(frame) for frame in frames.values())
    assert all(rows[fate] for fate in ("accepted", "duplicate", "superseded", "ignored", "quarantined"))
    assert rows["accepted"] > 0.97 * sum(rows.values())


def test_the_newest_result_names_the_night(content: dict[str, Any]) -> None:
    assert content["as_of"] == END.isoformat()


def test_every_cohort_has_someone(content: dict[str, Any]) -> None:
    members = pl.read_parquet(content["place"] / "membership.parquet").filter(pl.col("status") == "met")
    assert {rule.rule_id for rule in RULES} == set(members["rule_id"])


def test_the_kinds_are_found_for_what_they_are(content: dict[str, Any], truth: pl.DataFrame) -> None:
    members = pl.read_parquet(content["place"] / "membership.parquet").filter(pl.col("status") == "met")
    found = members.join(truth, on="patient_id", how="left")

    def share(rule_id: str, *kinds: str) -> float:
        """Of the members of a cohort, those of the kinds."""
        of_rule = found.filter(pl.col("rule_id") == rule_id)
        return of_rule["kind_name"].is_in(list(kinds)).mean()  # type: ignore[return-value]

    deficient = [name for name in truth["kind_name"].unique() if "iron" in name or name == "pregnancy"]
    assert share("iron_deficiency_anemia", *deficient) > 0.85
    assert share("thalassemia_trait_lookalike", "thalassemia trait", *deficient) > 0.85
    ill = members.join(truth.filter(pl.col("kind_name") == "healthy"), on="patient_id")[
        "patient_id"
    ].n_unique()
    assert ill < 0.2 * (truth["kind_name"] == "healthy").sum()


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_frames_are_written_as_the_same_bytes(form: str, tmp_path: Path) -> None:
    frames = simulate(patients=40, years=1, seed=2)
    for folder in ("a", "b"):
        write_extract(frames, tmp_path / folder, form)
    names = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "b").iterdir())
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    found = find_files(tmp_path / "a")
    assert not found.unknown
    assert len(found.tables["lab_results"]) > 1


def test_the_formats_hold_the_same_rows(tmp_path: Path) -> None:
    frames = simulate(patients=40, years=1, seed=2)
    for form in FORMATS:
        write_extract(frames, tmp_path / form, form)
    for path in (tmp_path / "csv").iterdir():
        plain = path.read_bytes()
        assert gzip.decompress((tmp_path / "csv.gz" / f"{path.name}.gz").read_bytes()) == plain
        columns = pl.read_csv(path, infer_schema=False)
        kept = pl.read_parquet(tmp_path / "parquet" / f"{path.stem}.parquet")
        # CSV has one way to write an empty text and one that is missing
        assert columns.equals(kept.with_columns(pl.all().replace("", None)))


def test_another_form_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="csv"):
        write_extract(simulate(patients=2, years=1, seed=1), tmp_path, "xlsx")
