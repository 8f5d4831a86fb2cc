"""A Parquet file of an extract as texts, the way the same data would be written in a CSV file."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from flows.errors import ExtractError

# Numbers in these columns are names: pandas writes them as 123.0 as soon as one is missing.
_NAMES = ("patient_id", "from_patient_id", "to_patient_id", "specimen_id", "result_id", "code")
_ROUNDED_FROM = 1e16  # from here on not every whole number is a float; as text such a float has an exponent
_TIME = "%Y-%m-%d %H:%M:%S%.f"
_WRITABLE = ("0001-01-01T00:00:00", "9999-12-31T23:59:59.999999")


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
    row = f"row_{max(schema, key=len)}"  # longer than any name of the file
    return scan.with_row_index(row, offset=1).select(
        *columns, pl.col(row).cast(pl.Int64).alias("source_line")
    )


def as_text(raw: str, name: str, dtype: pl.DataType) -> pl.Expr:
    """One column as String; times in ISO form with their zone, missing numbers and empty texts as null.

    A time or date that no text in that form can say (Postgres and DuckDB write infinity as one) is the number that the
    file holds, so that its row is set aside like any other that has no date.
    """
    column = pl.col(raw)
    if dtype.is_float():
        number = column.fill_nan(None)
        text = number.cast(pl.String)
        whole = number.cast(pl.Int64, strict=False)
        if name in _NAMES:
            exact = (whole == number) & (number.abs() < _ROUNDED_FROM)
            return pl.when(exact).then(whole.cast(pl.String)).otherwise(text)
        return text
    if dtype.is_decimal() and name in _NAMES:  # NUMBER of Oracle, brought over by Spark, is a decimal(38,10)
        whole_number = column.cast(pl.Int128, strict=False)
        text = column.cast(pl.String)
        return pl.when(whole_number == column).then(whole_number.cast(pl.String)).otherwise(text)
    if isinstance(dtype, pl.Datetime):
        written = _writable(column, dtype).dt.strftime(_TIME + ("%:z" if dtype.time_zone else ""))
        return pl.coalesce(written, column.to_physical().cast(pl.String))
    if dtype == pl.Date:
        return pl.coalesce(_writable(column, dtype).cast(pl.String), column.to_physical().cast(pl.String))
    text = column.cast(pl.String)
    return pl.when(text != "").then(text)


def _writable(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """The times of a column that have a year of four digits, the others null: Polars panics at what it cannot write.

    Compared as the numbers that they are, because a zone cannot be brought to such times either.
    """
    plain = pl.Datetime(dtype.time_unit) if isinstance(dtype, pl.Datetime) else pl.Date()
    if plain == pl.Datetime("ns"):  # none can be later than 2262
        return column
    first, last = (
        pl.lit(bound).str.to_datetime(time_unit="us").cast(plain).to_physical() for bound in _WRITABLE
    )
    return pl.when(column.to_physical().is_between(first, last)).then(column)
