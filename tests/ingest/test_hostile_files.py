"""Files that nobody would send on purpose: one sentence and exit code 10, or rows set aside with a reason."""

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


@pytest.mark.parametrize("wrong", ["0001-01-01", "9999-12-31", "9999-12-31 08:00:00"])
def test_an_impossible_collection_time_does_not_stretch_coverage(
    extract: Path, load: Load, table: Table, wrong: str
) -> None:
    (extract / "lab_results.csv").write_bytes(LAB + f"P1,{wrong},LOINC,718-7,9.5,g/dL,S2,\n".encode())
    counts = load()
    assert (counts.accepted, counts.quarantined) == (1, 1)
    spans = table("lab_coverage").select(pl.col("observed_from", "observed_to").cast(pl.String)).rows()
    assert set(spans) == {("2026-04-30", "2026-05-01")}


def test_dates_of_events_and_births_are_of_this_world(extract: Path, load: Load, table: Table) -> None:
    (extract / "lab_results.csv").write_bytes(LAB)
    (extract / "clinical_events.csv").write_text(
        "patient_id,kind,code_system,code,start_date,end_date\n"
        "P1,diagnosis,ICD10CM,D50.9,0001-01-01,\n"
        "P1,encounter,SPECIALTY,hematology,9999-12-31,9999-12-31\n"
        "P1,medication,ATC,B03AA07,2026-04-01,9999-12-31\n"  # no end in sight
    )
    (extract / "patients.csv").write_text("patient_id,birth_date\nP1,0001-01-01\nP2,1950-01-01\n")
    load()
    reasons = table("table_quarantine").sort("source_file", "source_line")["reasons"].to_list()
    assert reasons == [["BAD_START_DATE"], ["BAD_START_DATE"], ["BAD_BIRTH_DATE"]]
    assert table("lab_clinical_event")["code"].to_list() == ["B03AA07"]


def test_a_file_without_one_usable_row_is_broken(labs: Callable[..., Path], load: Load) -> None:
    """It must not empty the cohorts of a home."""
    labs("P1,01.05.2026,LOINC,718-7,9.5,g/dL,S1,", "P2", ",2026-05-01,LOINC,718-7,9,g/dL,S3,")
    with pytest.raises(
        ExtractError, match=r"lab_results\.csv, line 2: BAD_COLLECTED_AT, DATE_ORDER_UNKNOWN, and not one row"
    ):
        load()


def test_rejected_values_and_foreign_tests_are_no_broken_file(labs: Callable[..., Path], load: Load) -> None:
    labs("P1,2026-05-01,LOINC,718-7,HEMOLYZED,g/dL,S1,")
    assert load().quarantined == 1
    labs("P1,01.05.2026,LOINC,718-7,9.5,g/dL,S1,", "P1,2026-05-01,,HB,9.5,g/dL,S1,")
    assert load().ignored == 1


def test_a_file_without_one_usable_row_beside_a_good_one_is_told(
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


def test_a_file_whose_only_row_cannot_be_used_is_told(labs: Callable[..., Path], load: Load) -> None:
    labs("P1,2026-05-01,LOINC,718-7,CLOTTED,g/dL,S1,")
    assert "lab_results.csv: its only row cannot be used; quality.quarantine has the reasons" in load().notes


def test_tables_that_spell_their_patients_otherwise_are_told(
    extract: Path, labs: Callable[..., Path], load: Load
) -> None:
    """A spreadsheet takes the zeros off 007: nobody would have an age, and nothing would say so."""
    labs("007,2026-05-01,LOINC,718-7,9.5,g/dL,S1,")
    (extract / "patients.csv").write_text("patient_id,sex\n7,male\n8,male\n")
    events = extract / "clinical_events.csv"
    header = "patient_id,kind,code_system,code,start_date\n"
    events.write_text(header + "7,diagnosis,ICD10CM,I50.9,2026-01-01\n")
    notes = [note for note in load().notes if "patient_id alike" in note]
    assert [note.split(";")[0] for note in notes] == [
        "patients: none of the 2 patients has a laboratory result",
        "clinical_events: the only patient has no laboratory result",
    ]
    (extract / "patient_merges.csv").write_text("from_patient_id,to_patient_id\n7,007\n")
    assert not [note for note in load().notes if "patient_id alike" in note]


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


@pytest.mark.parametrize("spelled", [str.lower, str.upper])
def test_the_names_of_the_columns_between_the_rows_are_no_row(
    extract: Path, labs: Callable[..., Path], load: Load, table: Table, spelled: Callable[[str], str]
) -> None:
    """Files put one behind another with their first lines: neither a test called code nor a patient called patient_id."""
    labs(ROW, spelled("patient_id,collected_at,code_system,code,value,unit,specimen_id,comment"))
    small = {
        "patients": ("patient_id,sex", "P1,male"),
        "clinical_events": ("patient_id,kind,code_system,code,start_date", "P1,diagnosis,ICD10CM,D50.9,2026-01-01"),
        "coverage": ("patient_id,domain,observed_from,observed_to", "P1,lab,2020-01-01,2026-05-01"),
        "patient_merges": ("from_patient_id,to_patient_id", "P0,P1"),
    }  # fmt: skip
    for name, (header, row) in small.items():
        (extract / f"{name}.csv").write_text(f"{header}\n{row}\n{spelled(header)}\n")
    counts = load()
    assert {(file.name, file.accepted, file.ignored, file.quarantined) for file in counts.files} == {
        (f"{name}.csv", 1, 0, 1) for name in ("lab_results", *small)
    }
    reasons = table("quarantine")["reasons"].to_list()
    assert all("REPEATED_HEADER" in found for found in reasons)


@pytest.mark.parametrize("word", ["nan", "NaN", "None", "NULL", "NA", "<NA>", "\\N", "Unknown", "."])
def test_a_word_for_no_identifier_is_no_patient(
    extract: Path, labs: Callable[..., Path], load: Load, word: str
) -> None:
    """As pandas and databases write it: two people without an identifier are not one patient."""
    labs(f"{word},2026-05-01,LOINC,718-7,9.5,g/dL,S1,", f" {word} ,2026-05-01,LOINC,2276-4,5,ng/mL,S2,", ROW)
    (extract / "patients.csv").write_text(f"patient_id,sex\n{word},male\nP1,male\n")
    (extract / "patient_merges.csv").write_text(f"from_patient_id,to_patient_id\nP1,{word}\n{word},P1\n")
    counts = load()
    assert (counts.accepted, counts.quarantined) == (1, 2)
    assert {(file.name, file.quarantined) for file in counts.files} == {
        ("lab_results.csv", 2),
        ("patients.csv", 1),
        ("patient_merges.csv", 2),
    }


def test_identifiers_that_only_look_like_such_words(labs: Callable[..., Path], load: Load) -> None:
    names = ["Nana", "none-1", "0", "NA1", "x.", "-1"]
    labs(*(f"{name},2026-05-01,LOINC,718-7,9.5,g/dL,S{name}," for name in names))
    assert load().accepted == len(names)


def test_a_word_for_no_identifier_makes_no_versions(extract: Path, load: Load, table: Table) -> None:
    """Three hemoglobins whose result id was lost are three results."""
    header = "patient_id,collected_at,code_system,code,value,unit,specimen_id,result_id,resulted_at,status\n"
    rows = "".join(
        f"P1,2026-0{month}-01 08:00:00,LOINC,718-7,9.{month},g/dL,nan,nan,2026-0{month}-01 09:00:00,nan\n"
        for month in (3, 4, 5)
    )
    (extract / "lab_results.csv").write_text(header + rows)
    assert load().accepted == 3
    assert table("lab_result").select("result_id", "specimen_id").null_count().row(0) == (3, 3)
