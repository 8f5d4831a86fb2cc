"""A Parquet file of an extract as texts, the way the same data would stand in a CSV file."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from flows.errors import ExtractError

# Numbers in these columns are names: pandas writes them as 123.0 as soon as one is missing.
_NAMES = ("patient_id", "from_patient_id", "to_patient_id", "specimen_id", "result_id", "code")
_TIME = "%Y-%m-%d %H:%M:%S%.f"


def parquet_texts(
    scan: pl.LazyFrame, schema: pl.Schema, file: str, is_known: Callable[[str], bool], *, adapted: bool
) -> pl.LazyFrame:
    """Known columns under their lower-case names as String (null = empty), with source_line (the row, from 1).

    adapted: source_file and source_line, which an adapter wrote, are kept. Raises ExtractError for nested and binary
    columns, and for spans of time, none of which a CSV file could hold.
    """
    columns = []
    for raw, dtype in schema.items():
        name = raw.strip().lower()
        if is_known(name):
            if dtype.is_nested() or dtype in (pl.Binary, pl.Duration):
                raise ExtractError(
                    f"{file}: the column {name} holds {dtype.base_type()} values; plain text is needed."
                )
            columns.append(as_text(raw, name, dtype).alias(name))
    if adapted:
        columns.append(pl.col("source_file").cast(pl.String))
        columns.append(pl.col("source_line").cast(pl.Int64))
        return scan.select(columns)
    return scan.with_row_index("__row", offset=1).select(
        *columns, pl.col("__row").cast(pl.Int64).alias("source_line")
    )


def as_text(raw: str, name: str, dtype: pl.DataType) -> pl.Expr:
    """One column as String; times in ISO form with their zone, missing numbers and empty texts as null."""
    column = pl.col(raw)
    if dtype.is_float():
        number = column.fill_nan(None)
        text = number.cast(pl.String)
        whole = number.cast(pl.Int64, strict=False)
        if name in _NAMES:
            return pl.when(whole == number).then(whole.cast(pl.String)).otherwise(text)
        return text
    if isinstance(dtype, pl.Datetime):
        return column.dt.strftime(_TIME + ("%:z" if dtype.time_zone else ""))
    text = column.cast(pl.String)
    return pl.when(text != "").then(text)
