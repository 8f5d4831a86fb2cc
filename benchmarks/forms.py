"""What the layouts of foreign sources share: tables of the canonical extract, identifiers, and files."""

from __future__ import annotations

from pathlib import Path

import polars as pl


def lab_rows(extract: Path) -> pl.LazyFrame:
    """The laboratory results, with the number of each row."""
    return pl.scan_csv(extract / "lab_results.csv", infer_schema=False).with_row_index("row", offset=1)


def table(extract: Path, name: str) -> pl.LazyFrame:
    """A table of the extract."""
    return pl.scan_csv(extract / f"{name}.csv", infer_schema=False)


def number(column: str) -> pl.Expr:
    """The number in an identifier such as P00000012."""
    return pl.col(column).str.slice(1).cast(pl.Int64)


def write(frame: pl.LazyFrame, folder: Path, name: str) -> None:
    """Write a table as CSV."""
    frame.sink_csv(folder / f"{name}.csv")


def uuid(column: str) -> pl.Expr:
    """An identifier as long as those of Synthea."""
    return pl.format("1007c05b-8d20-8fe6-6790-{}", pl.col(column).str.slice(1).str.zfill(12))
