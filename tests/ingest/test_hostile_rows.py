"""Rows that nobody would send on purpose: impossible days, identifiers that are none, headers between rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from flows.ingest import IngestCounts

ROW = "P1,2026-05-01 08:00:00,LOINC,718-7,9.5,g/dL,S1,"


LAB = f"patient_id,collected_at,code_system,code,value,unit,specimen_id,comment\n{ROW}\n".encode()


Load = Callable[..., IngestCounts]


Table = Callable[[str], pl.DataFrame]


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


def test_rejected_values_and_foreign_tests_are_no_broken_file(labs: Callable[..., Path], load: Load) -> None:
    labs("P1,2026-05-01,LOINC,718-7,HEMOLYZED,g/dL,S1,")
    assert load().quarantined == 1
    labs("P1,01.05.2026,LOINC,718-7,9.5,g/dL,S1,", "P1,2026-05-01,,HB,9.5,g/dL,S1,")
    assert load().ignored == 1


def test_tables_that_spell_their_patients_otherwise_are_reported(
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


# Windows begins a file with a mark
@pytest.mark.parametrize("spelled", [str.lower, str.upper, "\ufeff{}".format])
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


@pytest.mark.parametrize("word", ["nan", "NaN", "None", "NULL", "NA", "<NA>", "\\N", "Unknown", ".", "#REF!"])
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
    names = ["Nana", "none-1", "0", "NA1", "x.", "-1", "1E5", "1.5-E+10", "12.5E+10", "#1"]
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


@pytest.mark.parametrize("number", ["1.23457E+11", " 2.0e+17 ", "1E+12", "1.2345678901234568e17"])
def test_a_rounded_number_is_no_patient(
    extract: Path, labs: Callable[..., Path], load: Load, table: Table, number: str
) -> None:
    """123456789012 and 123456789013, as a spreadsheet saves them, would be one patient."""
    labs(f"{number},2026-05-01,LOINC,718-7,9.5,g/dL,S1,", ROW)
    small = {
        "patients": ("patient_id,sex", f"{number},male"),
        "clinical_events": ("patient_id,kind,code_system,code,start_date", f"{number},diagnosis,ICD10CM,D50,2026-01-01"),
        "coverage": ("patient_id,domain,observed_from,observed_to", f"{number},lab,2020-01-01,2026-05-01"),
        "patient_merges": ("from_patient_id,to_patient_id", f"P1,{number}"),
    }  # fmt: skip
    for name, (header, row) in small.items():
        (extract / f"{name}.csv").write_text(f"{header}\n{row}\n")
    assert {(file.table, file.quarantined) for file in load().files} == {
        (name, 1) for name in ("lab_results", *small)
    }
    results, others = table("quarantine"), table("table_quarantine")
    assert results.select("patient_id", "reasons").rows() == [(number.strip(), ["IDENTIFIER_ROUNDED"])]
    assert others["reasons"].to_list() == [["IDENTIFIER_ROUNDED"]] * 4
    assert all(number.strip() in received for received in others["received"])


def test_rounded_numbers_make_no_versions(extract: Path, load: Load) -> None:
    """Two hemoglobins of one patient, whose accession numbers a spreadsheet made the same."""
    header = "patient_id,collected_at,code_system,code,value,unit,specimen_id,result_id,resulted_at\n"
    rows = "".join(
        f"P1,2026-05-01 {hour}:00:00,LOINC,718-7,9.{hour[1]},g/dL,2.02605E+11,2.02605E+11,2026-05-01 {hour}:30:00\n"
        for hour in ("08", "09")
    )
    (extract / "lab_results.csv").write_text(header + rows)
    assert load().accepted == 2


def test_a_floating_point_column_keeps_the_identifiers_that_it_can_hold(extract: Path, load: Load) -> None:
    names = [123456789012345.0, 123456789012345678.0, 123456789012345679.0]  # the last two are one float
    columns = {
        "collected_at": "2026-05-01",
        "code_system": "LOINC",
        "code": "718-7",
        "value": "9",
        "unit": "g/dL",
    }
    pl.DataFrame({"patient_id": names}).with_columns(
        **{name: pl.lit(text) for name, text in columns.items()}
    ).write_parquet(extract / "lab_results.parquet")
    counts = load()
    assert (counts.accepted, counts.quarantined) == (1, 2)
