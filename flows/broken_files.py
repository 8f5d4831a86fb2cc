"""Files that can be read and hold nothing that can be used."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from flows.errors import ExtractError
from flows.loading import Loaded
from flows.plain_words import flag_words


def must_not_be_all_quarantined(build: Path, loaded: Loaded) -> None:
    """A file of which not one row can be used is a broken file, and must not empty every cohort of the home.

    Raises ExtractError with the first row and its reasons. Rows of tests that no rule reads are no fault of the file.
    """
    fates = [counted for (table, _), counted in loaded.tally.fates.items() if table == "lab_results"]
    if any(fate != "quarantined" and number for counted in fates for fate, number in counted.items()):
        return
    pieces = [
        piece
        for table in ("quarantine", "table_quarantine")
        for piece in (build / "tables" / table).glob("*.parquet")
    ]
    if not pieces:
        return
    first = (
        pl.scan_parquet(pieces, glob=False)
        .filter(pl.col("table_name") == "lab_results")
        .select("source_file", "source_line", "reasons")
        .sort("source_file", "source_line")
        .head(1)
        .collect()
    )
    for file, line, reasons in first.iter_rows():
        words = "; ".join(filter(None, map(flag_words, reasons)))
        raise ExtractError(
            f"{file}, line {line}: {', '.join(reasons)}, and not one row of the lab_results files can be used ({words})."
        )
