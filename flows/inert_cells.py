"""Texts that no spreadsheet takes for a formula, whoever opens a CSV file that holds what an extract brought."""

from __future__ import annotations

import re

import polars as pl

_SIGNS = r"[=+\-@\t\r\n＝＋－＠]"  # the full-width signs start a formula in East Asian editions
_QUOTED = re.compile(rf"^'*{_SIGNS}")


def inert_frame(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame for CSV: a text that would start a formula is prefixed with a single quote."""
    text = pl.col(pl.String)
    return frame.with_columns(
        pl.when(text.str.contains(f"^{_SIGNS}")).then("'" + text).otherwise(text).name.keep()
    )


def inert_cell(cell: object) -> str:
    """A cell of a file that is read again: ``plain_cell`` takes the quote off, also of one that came with quotes."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if _QUOTED.match(text) else text


def plain_cell(cell: str) -> str:
    """The text of a cell as it was before ``inert_cell``, blanks trimmed."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and _QUOTED.match(text) else text
