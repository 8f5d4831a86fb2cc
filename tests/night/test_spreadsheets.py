"""A cell of an extract stays data in the files people open."""

from __future__ import annotations

import zipfile
from pathlib import Path

import polars as pl
import pytest

from flows.inert_cells import inert_frame
from flows.plain_words import NOT_A_DIAGNOSIS, NOT_REVIEWED
from flows.spreadsheets import write_cohort_files, write_workbook
from transforms.rules import RULES

RULE = RULES[0].rule_id
HOSTILE = [
    "=cmd()", "+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠x",
    "<script>alert(1)</script>", "http://evil.example", "{=1}",
]  # fmt: skip


@pytest.fixture
def members() -> pl.DataFrame:
    """Members of one cohort whose ids are hostile."""
    return pl.DataFrame({"rule_id": [RULE] * len(HOSTILE), "patient_id": HOSTILE, "tier": ["possible"] * len(HOSTILE)})  # fmt: skip


def test_no_cell_of_a_csv_file_starts_a_formula(members: pl.DataFrame, tmp_path: Path) -> None:
    write_cohort_files(members, RULES, tmp_path)
    read = pl.read_csv(tmp_path / f"{RULE}.csv", infer_schema=False)["patient_id"].to_list()
    assert [cell.removeprefix("'") for cell in read] == HOSTILE
    assert not [cell for cell in read if cell[0] in "=+-@\t\r\n＝＋－＠"]
    assert inert_frame(pl.DataFrame({"a": ["x=1", "1"]}))["a"].to_list() == ["x=1", "1"]


def test_no_cell_of_the_workbook_is_a_formula_or_a_link(members: pl.DataFrame, tmp_path: Path) -> None:
    write_workbook(members, RULES, tmp_path / "cohorts.xlsx")
    with zipfile.ZipFile(tmp_path / "cohorts.xlsx") as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "worksheets/" in name]
    assert not [sheet for sheet in sheets if "<f>" in sheet or "hyperlink" in sheet or "<script" in sheet]


def test_a_cohort_can_be_filtered_and_its_follow_up_read(members: pl.DataFrame, tmp_path: Path) -> None:
    write_workbook(members, RULES, tmp_path / "cohorts.xlsx")
    with zipfile.ZipFile(tmp_path / "cohorts.xlsx") as book:
        overview = book.read("xl/worksheets/sheet1.xml").decode()
        first, empty = (book.read(f"xl/worksheets/sheet{number}.xml").decode() for number in (2, 3))
    assert f'<autoFilter ref="A1:B{len(HOSTILE) + 1}"/>' in first
    assert "autoFilter" not in empty
    assert 'min="6" max="6" width="120' in overview


def test_a_text_too_long_for_a_cell_is_not_left_out(tmp_path: Path) -> None:
    row = {"rule_id": RULE, "patient_id": "P" * 100_000, "tier": "possible"}
    write_workbook(pl.DataFrame([row]), RULES, tmp_path / "cohorts.xlsx")
    with zipfile.ZipFile(tmp_path / "cohorts.xlsx") as book:
        sheets = "".join(book.read(name).decode() for name in book.namelist() if "worksheets/" in name)
    assert "PPPP… (longer than a cell may be)" in sheets


def test_what_people_open_says_that_it_is_no_diagnosis(members: pl.DataFrame, tmp_path: Path) -> None:
    write_cohort_files(members, RULES, tmp_path)
    write_workbook(members, RULES, tmp_path / "cohorts.xlsx")
    with zipfile.ZipFile(tmp_path / "cohorts.xlsx") as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "worksheets/" in name]
        cells = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    for text in (cells, (tmp_path / "README.txt").read_text(encoding="utf-8")):
        assert NOT_A_DIAGNOSIS in text
        assert NOT_REVIEWED in text
    assert len(sheets) == len(RULES) + 1
    assert all(f"{NOT_A_DIAGNOSIS} {NOT_REVIEWED}</oddFooter>" in sheet for sheet in sheets[1:])


def test_a_sheet_names_the_file_that_lists_everybody(tmp_path: Path) -> None:
    many = pl.DataFrame({"rule_id": [RULE] * 2_001, "patient_id": [f"P{number}" for number in range(2_001)]})
    write_workbook(many, RULES, tmp_path / "cohorts.xlsx")
    with zipfile.ZipFile(tmp_path / "cohorts.xlsx") as book:
        sheet, shared = book.read("xl/worksheets/sheet2.xml").decode(), book.namelist()
    assert "xl/sharedStrings.xml" not in shared or "P2000" not in book_text(tmp_path / "cohorts.xlsx")
    assert f"all 2001 members are in cohorts/{RULE}.csv" in sheet + book_text(tmp_path / "cohorts.xlsx")


def book_text(path: Path) -> str:
    with zipfile.ZipFile(path) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
