"""What adapters refuse, in one sentence each, and where they look for files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from flows.adapters import CANONICAL, SOURCES, adapt, source_files
from flows.cli_options import SourceOption
from flows.errors import ExtractError, UsageError
from flows.manifest import Load, Manifest
from flows.night import summary

Write = Callable[..., Path]
Row = dict[str, str]


def _refusal(extract: Path, tmp_path: Path) -> str:
    with pytest.raises(ExtractError) as caught:
        adapt("mimic-iv", extract, tmp_path / "out")
    message = str(caught.value)
    assert "\n" not in message
    assert str(tmp_path) not in message
    return message


def test_the_canonical_layout_is_left_alone(extract: Path, tmp_path: Path) -> None:
    assert adapt("canonical", extract, tmp_path / "out") == extract
    assert not (tmp_path / "out").exists()


def test_another_source_is_wrong_usage(extract: Path, tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match="There is no source 'mimic'; there are canonical, mimic-iv, omop, fhir"
    ):
        adapt("mimic", extract, tmp_path / "out")


def test_the_help_names_every_source() -> None:
    """The command line does not import the adapters for it, so that it starts fast."""
    (option,) = SourceOption.__metadata__
    assert (
        option.help == f"Layout of the extract: {', '.join((CANONICAL, *(known.name for known in SOURCES)))}."
    )


@pytest.mark.parametrize(
    "file", ["labevents.csv", "labevents.csv.gz", "hosp/labevents.csv", "hosp/labevents.csv.gz"]
)
def test_files_are_found_and_named_where_they_lie(
    write: Write, extract: Path, tmp_path: Path, file: str, lab: Row, patient: Row
) -> None:
    write("patients", patient, file="hosp/patients.csv.gz")
    write("labevents", lab, file=file)
    out = adapt("mimic-iv", extract, tmp_path / "out")
    assert pl.read_parquet(out / "lab_results.parquet")["source_file"].to_list() == [file]
    assert pl.read_parquet(out / "patients.parquet")["source_file"].to_list() == ["hosp/patients.csv.gz"]


def test_a_second_run_replaces_the_first(
    write: Write, extract: Path, tmp_path: Path, lab: Row, patient: Row
) -> None:
    write("patients", patient)
    write("labevents", lab)
    extra = write("services", {"subject_id": "1", "curr_service": "MED"})
    out = adapt("mimic-iv", extract, tmp_path / "out")
    extra.unlink()
    write("labevents", lab, lab)
    adapt("mimic-iv", extract, out)
    assert pl.read_parquet(out / "lab_results.parquet").height == 2
    assert not (out / "clinical_events_encounters.parquet").exists()


def test_two_files_of_one_table(write: Write, extract: Path, tmp_path: Path, lab: Row, patient: Row) -> None:
    write("patients", patient)
    write("labevents", lab)
    write("labevents", lab, file="hosp/labevents.csv.gz")
    assert "only one of them can be the table labevents" in _refusal(extract, tmp_path)


@pytest.mark.parametrize("missing", ["labevents", "patients"])
def test_a_missing_file(
    write: Write, extract: Path, tmp_path: Path, missing: str, lab: Row, patient: Row
) -> None:
    write("patients", patient)
    write("labevents", lab)
    (extract / f"{missing}.csv").unlink()
    assert f"has no {missing}.csv, .csv.gz or .parquet" in _refusal(extract, tmp_path)


def test_a_missing_folder(extract: Path, tmp_path: Path) -> None:
    assert "does not exist" in _refusal(extract / "nowhere", tmp_path)


@pytest.mark.parametrize(("table", "column"), [("labevents", "valuenum"), ("services", "curr_service")])
def test_a_missing_column(
    write: Write, extract: Path, tmp_path: Path, table: str, column: str, lab: Row, patient: Row
) -> None:
    write("patients", patient)
    write("labevents", lab)
    write(table, drop=column)
    assert _refusal(extract, tmp_path) == f"{table}.csv, line 1: the column {column} is missing."


@pytest.mark.parametrize("keep", [0, 5, -20])
def test_a_truncated_gzip_file(
    write: Write, extract: Path, tmp_path: Path, keep: int, lab: Row, patient: Row
) -> None:
    write("patients", patient)
    path = write("labevents", *[lab] * 500, file="labevents.csv.gz")
    path.write_bytes(path.read_bytes()[:keep])
    message = _refusal(extract, tmp_path)
    assert message.startswith("labevents.csv.gz is ")
    assert "truncated" in message or "empty" in message


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("SECRET,1,2\n", "labevents.csv, line 3: not well-formed CSV"),
        (f"SECRET{',x' * 20}\n", "labevents.csv, line 3: not well-formed CSV"),
        (f'SECRET,"open{",x" * 14}\n', "labevents.csv, line 3: not well-formed CSV"),
    ],
)
def test_a_broken_line_is_named_but_not_shown(
    write: Write, extract: Path, tmp_path: Path, line: str, words: str, lab: Row, patient: Row
) -> None:
    write("patients", patient)
    path = write("labevents", lab)
    path.write_text(path.read_text() + line)
    message = _refusal(extract, tmp_path)
    assert words in message
    assert "SECRET" not in message


def test_a_file_that_is_no_text(write: Write, extract: Path, tmp_path: Path, patient: Row) -> None:
    write("patients", patient)
    (extract / "labevents.csv").write_bytes(b"PAR1\x00\x00\x01")
    assert "labevents.csv is not CSV text" in _refusal(extract, tmp_path)


def test_a_file_without_rows(write: Write, extract: Path, tmp_path: Path, patient: Row) -> None:
    write("patients", patient)
    write("labevents")
    assert pl.read_parquet(adapt("mimic-iv", extract, tmp_path / "out") / "lab_results.parquet").is_empty()


def test_a_column_name_that_occurs_twice(write: Write, extract: Path, tmp_path: Path, patient: Row) -> None:
    write("labevents")
    path = write("patients", patient)
    path.write_text(path.read_text().replace("anchor_year_group", "gender"))
    assert _refusal(extract, tmp_path) == "patients.csv, line 1: a column name occurs more than once."


@pytest.mark.parametrize("table", ["labevents", "services"])
def test_blank_lines_move_no_line_number(
    write: Write, extract: Path, tmp_path: Path, table: str, lab: Row, patient: Row
) -> None:
    write("patients", patient)
    write("labevents", lab)
    path = write(table, lab, lab)
    head, first, second = path.read_text().splitlines()
    path.write_text(f"{head}\n\n{first}\n\n\n{second}\n\n")
    adapted = adapt("mimic-iv", extract, tmp_path / "out")
    output = {"labevents": "lab_results", "services": "clinical_events_encounters"}[table]
    lines = pl.read_parquet(adapted / f"{output}.parquet")["source_line"]
    assert lines.sort().to_list() == [3, 6]


def test_line_ends_in_a_column_that_is_not_read(
    write: Write, extract: Path, tmp_path: Path, lab: Row, patient: Row
) -> None:
    write("patients", patient)
    write("labevents", {**lab, "priority": "a\nb\nc"}, lab)
    out = adapt("mimic-iv", extract, tmp_path / "out")
    assert pl.read_parquet(out / "lab_results.parquet")["source_line"].to_list() == [2, 5]


def test_parquet_tables_give_the_rows_of_csv_tables(
    write: Write, extract: Path, tmp_path: Path, lab: Row, patient: Row
) -> None:
    write("patients", patient)
    path = write(
        "labevents",
        {**lab, "valuenum": "9.5", "labevent_id": "1"},
        {**lab, "valuenum": "12", "labevent_id": "2"},
    )
    as_csv = pl.read_parquet(adapt("mimic-iv", extract, tmp_path / "csv") / "lab_results.parquet")
    typed = pl.read_csv(path, glob=False).with_columns(
        pl.col("charttime").str.to_datetime(), pl.col("subject_id").cast(pl.Float64)
    )
    typed.rename(str.upper).write_parquet(extract / "labevents.parquet")
    path.unlink()
    as_parquet = pl.read_parquet(adapt("mimic-iv", extract, tmp_path / "pq") / "lab_results.parquet")
    where = ["source_file", "source_line"]
    assert_frame_equal(as_parquet.drop(where), as_csv.drop(where), check_row_order=False)
    assert as_parquet["source_line"].sort().to_list() == [1, 2]
    assert as_parquet["source_file"].unique().to_list() == ["labevents.parquet"]


def test_a_broken_parquet_file(write: Write, extract: Path, tmp_path: Path, patient: Row) -> None:
    write("patients", patient)
    (extract / "labevents.parquet").write_bytes(b"PAR1 but not really")
    assert _refusal(extract, tmp_path) == "labevents.parquet is not a readable Parquet file."


def test_a_parquet_file_that_is_damaged_behind_a_good_footer(
    write: Write, extract: Path, tmp_path: Path, lab: Row, patient: Row
) -> None:
    write("patients", patient)
    path = write("labevents", *({**lab, "labevent_id": str(n), "value": f"{n}.5"} for n in range(3000)))
    pl.read_csv(path, glob=False, infer_schema=False).write_parquet(extract / "labevents.parquet")
    path.unlink()
    packed = bytearray((extract / "labevents.parquet").read_bytes())
    packed[100 : len(packed) // 2] = b"\xaa" * (len(packed) // 2 - 100)
    (extract / "labevents.parquet").write_bytes(packed)
    assert "amaged" in (message := _refusal(extract, tmp_path)) or "Parquet" in message


def test_records_without_a_row_are_counted(
    write: Write, extract: Path, tmp_path: Path, lab: Row, patient: Row
) -> None:
    write("patients", patient)
    write("labevents", lab)
    write("prescriptions", {"drug": "Senna"}, {"drug": "Iron Sucrose"}, {"drug": "Bactrim"})
    files = source_files(adapt("mimic-iv", extract, tmp_path / "out"))
    left_out = {file.name: (file.table, file.left_out) for file in files if file.table}
    assert left_out == {
        "labevents.csv": ("lab_results", 0),
        "patients.csv": ("patients", 0),
        "prescriptions.csv": ("clinical_events", 1),
    }


def test_extract_that_was_loaded_as_it_is_is_not_adapted_again(
    write: Write,
    extract: Path,
    lab: Row,
    patient: Row,
    screened: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write("patients", patient)
    write("labevents", lab)
    adapted: list[Path] = []

    def noted(source: str, folder: Path, out: Path) -> Path:
        adapted.append(folder)
        return adapt(source, folder, out)

    monkeypatch.setattr("flows.adapters.adapt", noted)
    first = summary(screened("mimic-iv", extract))
    again = summary(screened("mimic-iv", extract))
    assert len(adapted) == 1
    assert again["digest"] == first["digest"]
    assert [stage["counts"]["known_files"] for stage in again["stages"] if stage["stage"] == "ingest"] == [2]
    assert again["rows"]["rows"] == 0
    write("labevents", lab, {**lab, "labevent_id": "2", "valuenum": "7", "value": "7"})
    summary(screened("mimic-iv", extract))
    write("labevents", lab)  # as it was at first, and known since then
    summary(screened("mimic-iv", extract))
    assert len(adapted) == 2


def test_merges_since_then_and_another_version_make_an_extract_new() -> None:
    then = datetime(2026, 6, 1)
    loads = [Load(number=1, run_id="a", loaded_at=then, files=(), merges={"B": "A"}, folder="x")]
    state: dict[str, Any] = {
        "number": 1, "as_of": then.date(), "slices": 1, "pieces": (), "merges": {}, "newest_collected_at": None,
        "lab_basis": {"version": "1"}, "screen_basis": {},
    }  # fmt: skip
    assert Manifest(**state, loads=loads).knows("x", "1")
    assert not Manifest(**state, loads=loads).knows("x", "2")
    assert not Manifest(**state, loads=loads).knows("y", "1")
    loads.append(Load(number=2, run_id="b", loaded_at=then, files=(), folder="y"))
    assert Manifest(**state, loads=loads).knows("x", "1")
    loads.append(Load(number=3, run_id="c", loaded_at=then, files=(), merges={}, folder="z"))
    assert not Manifest(**state, loads=loads).knows("x", "1")
