"""Files that nobody would send on purpose: one sentence and exit code 10, or a note on what was passed over."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.errors import ExtractError
from flows.ingest import IngestCounts
from flows.staging import stage_lab_results

ROW = "P1,2026-05-01 08:00:00,LOINC,718-7,9.5,g/dL,S1,"


LAB = f"patient_id,collected_at,code_system,code,value,unit,specimen_id,comment\n{ROW}\n".encode()


Load = Callable[..., IngestCounts]


Table = Callable[[str], pl.DataFrame]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("lab_results.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(1, 256)), r"looks like a binary file"),
        ("lab_results.csv", b"patient_id,\x02\x03\x04,value\n", r"line 1: .* looks like a binary file"),
        ("lab_results.csv", LAB + "P2,2026-05-01,LOINC,718-7,9é,g/dL,S2,\n".encode("latin-1"), r"line 3: .*Latin-1"),
        ("lab_results.csv.gz", gzip.compress(LAB) + b"not gzip", r"goes on after the end of its gzip data"),
        ("lab_results.csv.gz", LAB, r"is not a gzip file"),
    ],
)  # fmt: skip
def test_what_is_no_csv_is_said_in_a_sentence(
    extract: Path, load: Load, name: str, content: bytes, says: str
) -> None:
    (extract / name).write_bytes(content)
    with pytest.raises(ExtractError, match=says):
        load()


def test_zeros_behind_a_gzip_file_are_padding(extract: Path, load: Load) -> None:
    """Tapes and block stores pad files; gzip itself reads them."""
    (extract / "lab_results.csv.gz").write_bytes(gzip.compress(LAB) + bytes(512))
    assert load().accepted == 1


def test_a_full_disk_is_not_the_fault_of_the_extract(
    extract: Path, load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Any = pl.LazyFrame.sink_parquet

    def full(frame: pl.LazyFrame, target: object, **options: Any) -> object:
        if not isinstance(target, pl.PartitionBy):
            return real(frame, target, **options)
        raise pl.exceptions.ComputeError("underlying IO error: No space left on device (os error 28)")

    (extract / "lab_results.csv").write_bytes(LAB)
    monkeypatch.setattr(pl.LazyFrame, "sink_parquet", full)
    with pytest.raises(OSError, match="No space left"):
        load()


@pytest.mark.parametrize("name", [b"lab_results\xff.csv", b"lab_results\n.csv"])
def test_a_file_name_that_is_no_text(extract: Path, load: Load, name: bytes) -> None:
    Path(bytes(extract).decode(), name.decode("utf-8", "surrogateescape")).write_bytes(LAB)
    with pytest.raises(ExtractError, match="name is not plain text") as raised:
        load()
    assert str(raised.value).isascii()
    assert "\n" not in str(raised.value)


def test_a_parquet_file_that_breaks_off_behind_a_good_footer(extract: Path, load: Load) -> None:
    (extract / "lab_results.csv").write_bytes(LAB)
    path = extract / "patients.parquet"
    ids = [f"P{number * 7919 % 100_003}" for number in range(20_000)]
    pl.DataFrame({"patient_id": ids, "sex": ["male"] * len(ids)}).write_parquet(path, compression="snappy")
    content = bytearray(path.read_bytes())
    content[2_000:6_000] = bytes(byte ^ 255 for byte in content[2_000:6_000])
    path.write_bytes(content)
    with pytest.raises(
        ExtractError, match=r"patients cannot be read to its end \(files: patients\.parquet\)"
    ):
        load()


def test_of_many_parquet_files_the_broken_one_is_named(extract: Path, load: Load) -> None:
    columns = LAB.decode().splitlines()[0].split(",")
    for number in range(8):
        rows = [ROW.replace("S1", f"S{number * 7919 % 100_003}").split(",") for number in range(5_000)]
        path = extract / f"lab_results_{number}.parquet"
        pl.DataFrame(rows, schema=columns, orient="row").write_parquet(path, compression="snappy")
    content = bytearray(path.read_bytes())
    content[2_000:6_000] = bytes(byte ^ 255 for byte in content[2_000:6_000])
    (extract / "lab_results_6.parquet").write_bytes(content)
    with pytest.raises(ExtractError, match=r"read to their end \(files: lab_results_6\.parquet\)"):
        load()


def test_of_many_parquet_files_of_a_small_table_the_broken_one_is_named(extract: Path, load: Load) -> None:
    (extract / "lab_results.csv").write_bytes(LAB)
    for number in range(8):
        ids = [f"P{number}{row * 7919 % 100_003}" for row in range(20_000)]
        path = extract / f"patients_{number}.parquet"
        pl.DataFrame({"patient_id": ids, "sex": ["male"] * len(ids)}).write_parquet(
            path, compression="snappy"
        )
    content = bytearray(path.read_bytes())
    content[2_000:6_000] = bytes(byte ^ 255 for byte in content[2_000:6_000])
    (extract / "patients_6.parquet").write_bytes(content)
    with pytest.raises(ExtractError, match=r"read to its end \(files: patients_6\.parquet\)"):
        load()


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("lab_results.csv", Path.unlink, r"lab_results\.csv"),
        ("lab_results.parquet", Path.unlink, r"lab_results\.parquet"),
        (
            "lab_results.parquet",
            lambda path: path.write_bytes(b"PAR1"),
            r"lab_results\.parquet is not a readable",
        ),
    ],
)
def test_a_file_that_is_taken_away_or_replaced_while_it_is_read(
    extract: Path,
    load: Load,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    change: Callable[[Path], Any],
    says: str,
) -> None:
    (extract / name).write_bytes(LAB)
    if name.endswith(".parquet"):
        columns = LAB.decode().splitlines()[0].split(",")
        pl.DataFrame([ROW.split(",")], schema=columns, orient="row").write_parquet(extract / name)

    def changed(*arguments: Any, **options: Any) -> Any:
        if (extract / name).exists():
            change(extract / name)
        return stage_lab_results(*arguments, **options)

    monkeypatch.setattr("flows.loading.stage_lab_results", changed)
    with pytest.raises(ExtractError, match=says) as raised:
        load()
    assert raised.value.exit_code == 10


def test_columns_of_an_adapter_mean_nothing_in_a_canonical_extract(
    extract: Path, load: Load, table: Table
) -> None:
    (extract / "lab_results.csv").write_bytes(LAB)
    pl.DataFrame(
        {"patient_id": ["P1"], "sex": ["male"], "source_file": ["elsewhere"], "source_line": ["?"]}
    ).write_parquet(extract / "patients.parquet")
    assert (
        "patients.parquet: 2 columns are not part of the table and were not read: source_file, source_line"
        in (load().notes)
    )
    assert table("input_file")["source_file"].to_list() == ["lab_results.csv", "patients.parquet"]


def test_a_file_without_one_usable_row_is_broken(labs: Callable[..., Path], load: Load) -> None:
    """It must not empty the cohorts of a home."""
    labs("P1,01.05.2026,LOINC,718-7,9.5,g/dL,S1,", "P2", ",2026-05-01,LOINC,718-7,9,g/dL,S3,")
    with pytest.raises(
        ExtractError, match=r"lab_results\.csv, line 2: BAD_COLLECTED_AT, DATE_ORDER_UNKNOWN, and not one row"
    ) as raised:
        load()
    assert "(the collection time cannot be read; it is not clear which" in str(raised.value)


def test_a_file_without_one_usable_row_beside_a_good_one_is_reported(
    labs: Callable[..., Path], load: Load
) -> None:
    labs("P1,2026-05-01,LOINC,718-7,9.5,g/dL,S1,")
    labs("P2,01.05.2026,LOINC,718-7,9.5,g/dL,S2,", "P3,", name="lab_results_2.csv")
    notes = load().notes
    assert "lab_results_2.csv: not one of its 2 rows can be used; quality.quarantine has the reasons" in notes
    assert not [note for note in notes if note.startswith("lab_results.csv")]


def test_many_foreign_columns_are_one_note(extract: Path, load: Load) -> None:
    names = [f"c{number}" for number in range(300)]
    header, row, _ = LAB.decode().split("\n")
    lines = (",".join([header, *names]), ",".join([row, *("x" for _ in names)]))
    (extract / "lab_results.csv").write_text("\n".join(lines) + "\n")
    (note,) = [note for note in load().notes if "columns are not part" in note]
    assert len(note) < 200


def test_a_file_whose_only_row_cannot_be_used_is_reported(labs: Callable[..., Path], load: Load) -> None:
    labs("P1,2026-05-01,LOINC,718-7,CLOTTED,g/dL,S1,")
    assert "lab_results.csv: its only row cannot be used; quality.quarantine has the reasons" in load().notes


@pytest.mark.parametrize(
    ("table", "content", "says"),
    [
        # the end of the first line is lost, so that the first row is part of it
        (
            "patient_merges",
            "from_patient_id,to_patient_idQX7,ZQ8\n",
            "missing; the columns found are from_patient_id and 2 more.",
        ),
        (
            "patients",
            "patient_id,sex,birth_dateQX7,female,1950-01-01,ZQ8,female\n",
            "line 1: a column name occurs more than once.",
        ),
        (
            "patients",
            "patient_idd,sex,nameQX,ZQA,1950-01-01\n",
            "missing; the columns found are sex and 4 more.",
        ),
        ("patients", "patientid,sex,age\n", "missing; the columns found are patientid, sex, age."),
        # every name that begins with stratum_ is a column of the table
        (
            "patients",
            "sex,stratum_areaQX7,1950-01-01,ZQ8\n",
            "missing; the columns found are sex and 3 more.",
        ),
        (
            "patients",
            "stratum_area,patient_id\rtown,QX7\rtown,ZQ8\r",
            "not shown, for they look like data. The lines end in carriage returns alone; line feeds are needed.",
        ),
        ("patients", "stratum_ward,sex\n", "missing; the columns found are stratum_ward, sex."),
    ],
)
def test_no_cell_of_a_lost_line_end_is_repeated(
    extract: Path, load: Load, table: str, content: str, says: str
) -> None:
    (extract / "lab_results.csv").write_bytes(LAB)
    (extract / f"{table}.csv").write_text(content)
    with pytest.raises(ExtractError) as raised:
        load()
    assert str(raised.value).endswith(says)


def test_columns_that_are_not_read_are_named_only_where_they_are_no_data(extract: Path, load: Load) -> None:
    (extract / "lab_results.csv").write_bytes(LAB)
    patients = extract / "patients.csv"
    patients.write_text("patient_id,sexQX7,female,1950-01-01\nP1,female,1950-01-01,\n")
    assert "patients.csv: 3 columns are not part of the table and were not read" in load().notes
    patients.write_text("patient_id,sex,Marital status,age\nP1,female,,\n")
    assert (
        "patients.csv: 2 columns are not part of the table and were not read: Marital status, age"
        in load().notes
    )
