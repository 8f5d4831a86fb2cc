"""Cohorts as people open them: CSV files and a workbook in which no cell ever starts a formula."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from flows.inert_cells import inert_frame
from flows.plain_words import NOT_A_DIAGNOSIS, NOT_REVIEWED
from transforms.rule import Rule

_CELL_CHARACTERS = 32_767  # characters a cell may have in Excel; xlsxwriter leaves a longer one out
_SHEET_NAME = 31  # characters a sheet name may have in Excel
# members a sheet lists; a longer list is in the CSV file only, for nobody works through it
_SHEET_ROWS = 2_000
_DATE, _TIME = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
_WIDTH, _WIDTHS = 20, {"caveats": 60}  # in characters, by column of a cohort's sheet
_OVERVIEW = {"sheet": 32, "cohort": 42, "rule": 50, "version": 9, "members": 10, "follow-up": 120}


def write_cohort_files(members: pl.DataFrame, rules: Sequence[Rule], folder: Path) -> None:
    """Write folder/RULE.csv for each rule, and what they are not beside them.

    members: as of transforms.membership.cohort_lists.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.txt").write_text(f"{NOT_A_DIAGNOSIS}\n{NOT_REVIEWED}\n", encoding="utf-8")
    parts = _by_rule(members)
    for rule in rules:
        inert_frame(parts.get(rule.rule_id, members.clear()).drop("rule_id")).write_csv(
            folder / f"{rule.rule_id}.csv", datetime_format="%Y-%m-%d %H:%M:%S"
        )


def write_workbook(members: pl.DataFrame, rules: Sequence[Rule], path: Path) -> None:
    """Write a workbook with an overview and one sheet a cohort.

    members: as in ``write_cohort_files``.
    """
    parts = _by_rule(members)
    options = {
        "constant_memory": True,  # a cohort may be large
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        bold = book.add_format({"bold": True})
        formats = {
            pl.Date: book.add_format({"num_format": _DATE}),
            pl.Datetime: book.add_format({"num_format": _TIME}),
        }
        overview = book.add_worksheet("cohorts")
        for column, (title, width) in enumerate(_OVERVIEW.items()):
            overview.set_column(column, column, width)
            overview.write_string(0, column, title, bold)
        overview.freeze_panes(1, 0)
        for number, rule in enumerate(rules, start=1):
            part = parts.get(rule.rule_id, members.clear()).drop("rule_id")
            name = (
                rule.rule_id
                if len(rule.rule_id) <= _SHEET_NAME
                else f"{rule.rule_id[: _SHEET_NAME - 3]}_{number:02d}"
            )
            cells = (name, rule.title, rule.rule_id, rule.version, part.height, rule.follow_up)
            for column, cell in enumerate(cells):
                overview.write(number, column, cell)
            _sheet(book.add_worksheet(name), part, rule.rule_id, bold, formats)
        for number, sentence in enumerate((NOT_A_DIAGNOSIS, NOT_REVIEWED), start=len(rules) + 2):
            overview.write_string(number, 0, sentence, bold)


def _sheet(sheet: Any, part: pl.DataFrame, rule_id: str, bold: Any, formats: dict[Any, Any]) -> None:
    for column, (name, dtype) in enumerate(part.schema.items()):
        sheet.set_column(column, column, _WIDTHS.get(name, _WIDTH), formats.get(dtype.base_type()))
        sheet.write_string(0, column, name, bold)
    sheet.freeze_panes(1, 0)
    # a list is printed and handed on without the overview
    sheet.set_footer(f"&L{NOT_A_DIAGNOSIS} {NOT_REVIEWED}")
    room = _SHEET_ROWS
    kinds = [dtype.base_type() for dtype in part.dtypes]
    for number, row in enumerate(part.head(room).iter_rows(), start=1):
        for column, (kind, cell) in enumerate(zip(kinds, row, strict=True)):
            if cell is None:
                continue
            if kind in formats:
                sheet.write_datetime(number, column, cell, formats[kind])
            else:
                sheet.write_string(number, column, _fitting(str(cell)))
    if part.height:
        sheet.autofilter(0, 0, min(part.height, room), part.width - 1)
    if part.height > room:
        sheet.write_string(room + 1, 0, f"… all {part.height} members are in cohorts/{rule_id}.csv")


def _fitting(text: str) -> str:
    note = "… (longer than a cell may be)"
    return text if len(text) <= _CELL_CHARACTERS else text[: _CELL_CHARACTERS - len(note)] + note


def _by_rule(members: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return {str(key[0]): part for key, part in members.partition_by("rule_id", as_dict=True).items()}
