"""How an answer of ``hemacohort sql`` is shown: a table for people, CSV, JSON or Parquet for programs."""

from __future__ import annotations

import sys
import unicodedata
from typing import Literal

import polars as pl

from flows.errors import UsageError
from flows.inert_cells import inert_frame

Format = Literal["table", "csv", "json", "parquet"]
SHOWN_ROWS = 200


def show(answer: pl.DataFrame, form: Format) -> None:
    """Write an answer to standard output. UsageError where Parquet would go to a terminal or JSON cannot hold it."""
    if form == "parquet":
        if sys.stdout.isatty():
            raise UsageError("Parquet is not for a terminal; send it to a file with > answer.parquet.")
        answer.write_parquet(sys.stdout.buffer)
    elif form == "json":
        sys.stdout.write(_json(answer) + "\n")
    elif form == "csv":
        sys.stdout.write(inert_frame(_flat(answer)).write_csv())
    else:
        _table(answer)


def _json(answer: pl.DataFrame) -> str:
    try:
        return answer.write_json()
    except pl.exceptions.ComputeError:  # such as a map whose keys are numbers
        raise UsageError(
            "JSON cannot hold a column of this answer; make it text, as in CAST(column AS VARCHAR)."
        ) from None


def _flat(answer: pl.DataFrame) -> pl.DataFrame:
    """Lists as text, for CSV has no lists."""
    nested = [name for name, dtype in answer.schema.items() if dtype.is_nested()]
    return answer.with_columns(
        pl.Series(
            name, [None if cell is None else _text(cell) for cell in answer[name].to_list()], dtype=pl.String
        )
        for name in nested
    )


def _table(answer: pl.DataFrame) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD)
    for name, dtype in answer.schema.items():
        table.add_column(
            Text(printable(name)),
            justify="right" if dtype.is_numeric() else "left",
            no_wrap=not sys.stdout.isatty(),
        )
    for row in answer.head(SHOWN_ROWS).iter_rows():
        table.add_row(*(Text(printable(_text(cell))) for cell in row))
    width = None if sys.stdout.isatty() else 10_000
    screen = Console(width=width, highlight=False)
    # written by itself, Rich would end the command with 1 where a pipe is closed
    with screen.capture() as drawn:
        screen.print(table)
    sys.stdout.write(drawn.get())
    more = answer.height - SHOWN_ROWS
    print(
        f"{answer.height:,} row{'' if answer.height == 1 else 's'}"
        + (f", {more:,} of them not shown (--format csv has them all)" if more > 0 else "")
    )


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, list | tuple):
        return "; ".join(_text(item) for item in cell)
    return str(cell)


def has_lost_bytes(text: str) -> bool:
    """Whether Python could not decode a part of what it was given; no other program takes such a text."""
    return any(unicodedata.category(character) == "Cs" for character in text)


def printable(text: str) -> str:
    """The text without control characters: text from an extract never steers a terminal. Line breaks stay."""
    return "".join(
        c if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs") else "�" for c in text
    )
