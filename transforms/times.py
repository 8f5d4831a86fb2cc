"""Times as texts: ``YYYY-MM-DD``, with ``HH:MM[:SS[.fff]]`` after a blank or T, with or without a zone.

What becomes of each kind of time is described in docs/time.md, and tests/results/test_times.py has a case for each line.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import polars as pl

_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"
_SECONDS = r":[0-5]\d([.,]\d{1,9})?"
_DATE = r"\d{4}-\d{2}-\d{2}"
_LOCAL = rf"^{_DATE}([ T]{_CLOCK}({_SECONDS})?)?$"
_ZONED = rf"^{_DATE}[ T]{_CLOCK}({_SECONDS})? ?([Zz]|[+-](0\d|1[0-4])(:?[0-5]\d)?)$"
# 3/4/2024 and its like: which is the day and which the month depends on who wrote it
ORDER_UNKNOWN = r"^\s*\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b"
_ONE_DIGIT_HOUR = r"^(\d{4}-\d{2}-\d{2}[ T])(\d:)"  # 2024-01-31 7:05:00, as spreadsheets write it
_ZONE = re.compile(r"([.,]0{1,9})? ?(?:[Zz]|(?P<sign>[+-])(?P<hours>0\d|1[0-4])(?::?(?P<minutes>[0-5]\d))?)")
_MOST_ENDS = 100  # different ones, beyond which each text is read by itself
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
    for read in (_with_a_common_end, _other_forms):
        left = pl.select(row=pl.arg_where(common.is_null() & texts.is_not_null()))["row"]
        if len(left):
            other = read(texts.gather(left), timezone)
            common = common.to_physical().scatter(left, other.to_physical()).cast(pl.Datetime("us"))
    year = common.dt.year()
    return (
        pl.select(pl.when(year.is_between(FIRST_YEAR, LAST_YEAR)).then(common)).to_series().rename(texts.name)
    )


def _with_a_common_end(texts: pl.Series, timezone: str) -> pl.Series:
    """``2024-01-31T07:05:09`` and what follows it, where few things do (``.000+01:00``); null for every other text.

    Each end is read once, and not on every row.
    """
    ends = texts.str.slice(19)
    seconds = {end: _seconds_of(end) for end in ends.unique().drop_nulls().head(_MOST_ENDS + 1)}
    if len(seconds) > _MOST_ENDS:
        return pl.repeat(None, n=len(texts), dtype=pl.Datetime("us"), eager=True)
    text = pl.col("text")
    ahead = pl.col("end").replace_strict(seconds, default=None, return_dtype=pl.Int64)
    clock = (
        pl.when(~text.str.ends_with(":60") & ahead.is_not_null())
        .then(text.str.replace(" ", "T", literal=True))
        .str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False, time_unit="us")
    )
    return (
        pl.DataFrame({"text": texts.str.slice(0, 19), "end": ends})
        .select(
            (clock - pl.duration(seconds=ahead, time_unit="us"))
            .dt.replace_time_zone("UTC")
            .dt.convert_time_zone(timezone)
            .dt.replace_time_zone(None)
        )
        .to_series()
    )


def _seconds_of(end: str) -> int | None:
    """How far ahead of UTC the clock is, in seconds; None for an end that is not a zone, or that counts parts of seconds."""
    found = _ZONE.fullmatch(end)
    if found is None:
        return None
    hours, minutes = int(found["hours"] or 0), int(found["minutes"] or 0)
    return (-60 if found["sign"] == "-" else 60) * (60 * hours + minutes)


def _other_forms(texts: pl.Series, timezone: str) -> pl.Series:
    """The less common forms, each text checked against its pattern first: parsers forgive too much."""
    text = pl.col("text")
    frame = (
        texts.str.strip_chars()
        .to_frame("text")
        .select(text.str.replace("[,]", ".").str.replace(_ONE_DIGIT_HOUR, "${1}0$2"))
    )
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


def without_clock(texts: pl.Series, times: pl.Series) -> pl.Series:
    """Whether a time was sent as a date alone, (n,) Boolean. times: what read_times made of the texts."""
    midnight = (times.to_physical() % 86_400_000_000 == 0).fill_null(value=False)
    if not midnight.any():
        return midnight
    return midnight & ~texts.str.contains(":", literal=True).fill_null(value=True)


def clock_changes(times: pl.Series, timezone: str) -> tuple[pl.Series, pl.Series]:
    """Which local times (n,) the clock skipped in that night, and which came twice; both (n,) Boolean, never null.

    Only times on the days around a change are looked at closely; they are few.
    """
    nothing = pl.repeat(value=False, n=len(times), dtype=pl.Boolean, eager=True)
    days = times.dt.date()
    first, last = days.min(), days.max()
    if not isinstance(first, date) or not isinstance(last, date):
        return nothing, nothing
    changes = [day for year in range(first.year, last.year + 1) for day in _change_days(timezone, year)]
    near = pl.select(row=pl.arg_where(days.is_in(changes)))["row"]
    if near.is_empty():
        return nothing, nothing
    local = times.gather(near)
    once = local.dt.replace_time_zone(timezone, ambiguous="null", non_existent="null")
    there = local.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
    skipped = there.is_null()
    # scatter changes the series it is called on
    return nothing.clone().scatter(near, skipped), nothing.clone().scatter(near, once.is_null() & ~skipped)


@lru_cache(maxsize=1024)
def _change_days(timezone: str, year: int) -> tuple[date, ...]:
    """Local days within a day of a change of the clock in a year."""
    start = datetime(year, 1, 1, tzinfo=UTC) - timedelta(days=1)
    midnights = pl.datetime_range(
        start, start + timedelta(days=368), "1d", time_unit="us", time_zone="UTC", eager=True
    ).dt.convert_time_zone(timezone)
    offset = midnights.dt.base_utc_offset() + midnights.dt.dst_offset()
    changed = midnights.dt.date().filter((offset != offset.shift(1)).fill_null(value=False)).to_list()
    return tuple(day + timedelta(days=apart) for day in changed for apart in (-2, -1, 0, 1))
