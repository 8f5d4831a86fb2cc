"""Times as texts: ``YYYY-MM-DD``, with ``HH:MM[:SS[.fff]]`` after a blank or T, with or without a zone."""

from __future__ import annotations

import polars as pl

_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"
_SECONDS = r":[0-5]\d([.,]\d{1,9})?"
_DATE = r"\d{4}-\d{2}-\d{2}"
_LOCAL = rf"^{_DATE}([ T]{_CLOCK}({_SECONDS})?)?$"
_ZONED = rf"^{_DATE}[ T]{_CLOCK}({_SECONDS})? ?([Zz]|[+-]\d{{2}}(:?\d{{2}})?)$"
FIRST_YEAR, LAST_YEAR = 1900, 2300  # de-identified extracts are shifted far ahead (MIMIC-IV to 2201)


def read_times(texts: pl.Series, timezone: str) -> pl.Series:
    """Local wall-clock times (Datetime in us, without zone) of texts; null where there is no possible time.

    A time with a zone is brought to ``timezone``; a date alone is its midnight. Null as well before 1900 and after
    2300. Raises polars' ComputeError for a time zone that does not exist.
    """
    common = texts.to_frame("text").select(
        time=pl.when((pl.col("text").str.len_bytes() == 19) & ~pl.col("text").str.ends_with(":60"))
        .then("text")
        .otherwise(None)
        .str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    )["time"]
    left = pl.select(row=pl.arg_where(common.is_null() & texts.is_not_null()))["row"]
    if len(left):
        other = _other_forms(texts.gather(left), timezone)
        common = common.to_physical().scatter(left, other.to_physical()).cast(pl.Datetime("us"))
    year = common.dt.year()
    return (
        pl.select(pl.when(year.is_between(FIRST_YEAR, LAST_YEAR)).then(common)).to_series().rename(texts.name)
    )


def _other_forms(texts: pl.Series, timezone: str) -> pl.Series:
    """The less common forms, each text checked against its pattern first: parsers forgive too much."""
    text = pl.col("text")
    frame = texts.str.strip_chars().to_frame("text").select(text.str.replace("[,]", "."))
    local = (
        pl.when(text.str.contains(_LOCAL))
        .then(_with_seconds(text.str.replace(" ", "T", literal=True)))
        .str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", strict=False, time_unit="us")
    )
    zone = text.str.extract(r"([Zz]|[+-]\d{2}:?\d{0,2})$", 1)
    offset = (
        pl.when(zone.str.to_uppercase() == "Z")
        .then(pl.lit("+0000"))
        .otherwise(zone.str.replace(":", "", literal=True).str.pad_end(5, "0"))
    )
    clock = text.str.slice(0, text.str.len_chars() - zone.str.len_chars()).str.strip_chars()
    zoned = (
        pl.when(text.str.contains(_ZONED))
        .then(_with_seconds(clock.str.replace(" ", "T", literal=True)) + offset)
        .str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%z", strict=False, time_unit="us", time_zone="UTC")
        .dt.convert_time_zone(timezone)
        .dt.replace_time_zone(None)
    )
    return frame.select(time=pl.coalesce(local, zoned))["time"]


def _with_seconds(clock: pl.Expr) -> pl.Expr:
    """``2024-01-31`` and ``2024-01-31T07:05`` with the rest of their clock."""
    length = clock.str.len_chars()
    return (
        pl.when(length == 10)
        .then(clock + "T00:00:00")
        .when(length == 16)
        .then(clock + ":00")
        .otherwise(clock)
    )
