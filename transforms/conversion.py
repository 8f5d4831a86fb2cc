"""From text and unit to an interval in the canonical unit, with every flag on the way (RULES.md 1.1, 1.7).

Vectorized over rows; Python looks at distinct leftover texts only. Flags are bits of one Int64 (``schemas.flags``).
"""

from __future__ import annotations

from math import inf, nextafter

import polars as pl

from schemas.flags import FLAG_BITS, MISSING_MASK
from transforms.mixups import MOST_BANDS
from transforms.numerals import Bound, Comma
from transforms.values import read_value

# no analyte has such a value in its canonical unit; beyond it rounding to nine decimals breaks down
BIGGEST = 1e9

_READING: dict[str, pl.DataType] = {
    "number": pl.Float64(),
    "bound": pl.Int8(),
    "comma": pl.Int8(),
    "thousands": pl.Float64(),
    "power": pl.Int8(),
    "stated": pl.Float64(),
    "text_flags": pl.Int64(),
}
# In cells per microliter 58.000 may be fifty-eight thousand, as half of Europe writes it (transforms.numerals).
_POINT_BEFORE_THREE = r"^\s*-?[1-9]\d{0,2}\.\d{3}\s*$"


def to_intervals(pairs: pl.DataFrame, pair: pl.Series, text: pl.Series) -> pl.DataFrame:
    """Number, interval and flags of values.

    pairs: ``transforms.codes.PAIR_SCHEMA``; pair: (n) positions in it; text: (n) value texts as received. Returns
    (n) rows in the same order: number (as labeled, commas settled), bound (``Bound``), low, high (canonical unit;
    an open end is the nearest number inside) and flags. A value is missing where ``flags & MISSING_MASK`` is not 0.
    """
    frame = pl.DataFrame({"pair": pair, "text": text}).with_columns(
        number=pl.col("text").cast(pl.Float64, strict=False),
        words=_of(pairs, "words"),
    )
    plain = pl.col("number").is_finite() & ~pl.col("words") & ~pl.col("text").str.starts_with("+")
    if pairs["per_ul"].any():
        plain = plain & ~(_of(pairs, "per_ul") & pl.col("text").str.contains(_POINT_BEFORE_THREE))
    plain = plain.fill_null(value=False)
    if frame.select(plain.all()).item():
        return _convert_plain(pairs, frame.select("pair", "number"))
    numbers = frame.with_row_index("row").filter(plain).select("row", "pair", "number")
    texts = frame.with_row_index("row").filter(~plain).select("row", "pair", "text")
    read = _settle_commas(pairs, _read_texts(pairs, texts))
    done = [
        _convert_plain(pairs, numbers.select("pair", "number")).with_columns(row=numbers["row"]),
        _convert_read(pairs, read),
    ]
    return pl.concat(done, how="diagonal").sort("row").drop("row")


def _of(pairs: pl.DataFrame, column: str, pair: str = "pair") -> pl.Expr:
    """A column of the pairs, for the rows at hand."""
    return pl.lit(pairs[column]).gather(pl.col(pair))


def _read_texts(pairs: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """The texts that are no plain numbers, each distinct one beside its analyte read once."""
    keyed = texts.with_columns(analyte=_of(pairs, "analyte"))
    distinct = keyed.select("analyte", "text").unique()
    readings = [
        (r.number, int(r.bound), int(r.comma), r.thousands, r.power, r.factor, FLAG_BITS.get(r.flag, 0))
        for r in (read_value(analyte, text) for analyte, text in distinct.iter_rows())
    ]
    known = distinct.hstack(pl.DataFrame(readings, schema=_READING, orient="row"))
    return keyed.join(known, on=["analyte", "text"], how="left", nulls_equal=True).drop("analyte", "text")


def _settle_commas(pairs: pl.DataFrame, read: pl.DataFrame) -> pl.DataFrame:
    """Decide by the unit what a separator is (RULES.md 4.31.5), whether a printed power of ten counts, and whether the
    unit that the text names is the one of the row.
    """
    per_ul = _of(pairs, "per_ul")
    thousands = pl.col("thousands") * _of(pairs, "factor")
    implausible = (thousands > _of(pairs, "reject_above")) | (thousands < _of(pairs, "reject_below"))
    comma = pl.col("comma")
    as_thousands = (comma == Comma.THOUSANDS) | (
        per_ul & comma.is_in([int(Comma.EITHER), int(Comma.THOUSANDS_OR_NOTHING)])
    )
    ambiguous = (
        (~per_ul & (comma == Comma.EITHER) & ~(implausible | (thousands > BIGGEST)))
        | (~per_ul & (comma == Comma.THOUSANDS_OR_NOTHING))
        | (per_ul & (comma == Comma.DECIMAL_OR_NOTHING))
        | (per_ul & (comma == Comma.POINT) & (pl.col("power") == 0))
    )
    # "58.000 x10^3" beside /uL is 58,000 cells; beside 10*9/L the power only repeats the unit (RULES.md 1.1 rule 3)
    powered = per_ul & (pl.col("power") != 0)
    power = pl.when(powered).then(pl.lit(10.0).pow(pl.col("power").cast(pl.Float64))).otherwise(1.0)
    conflict = ~powered & _of(pairs, "labeled").is_not_null() & (pl.col("stated") != _of(pairs, "factor"))
    return read.with_columns(as_thousands=as_thousands, ambiguous=ambiguous).select(
        "row",
        "pair",
        "bound",
        number=pl.when(as_thousands).then("thousands").otherwise("number") * power,
        text_flags=pl.col("text_flags")
        | pl.when("ambiguous").then(FLAG_BITS["COMMA_AMBIGUOUS"]).otherwise(0)
        | pl.when(conflict).then(FLAG_BITS["UNIT_CONFLICT"]).otherwise(0)
        | pl.when("as_thousands")
        .then(FLAG_BITS["THOUSANDS_COMMA"])
        .when(~comma.is_in([int(Comma.NONE), int(Comma.POINT)]) & ~pl.col("ambiguous"))
        .then(FLAG_BITS["DECIMAL_COMMA"])
        .otherwise(0),
    )


def _convert_plain(pairs: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    frame = (
        numbers.lazy()
        .with_columns(_factor_and_flags(pairs, pl.col("number")))
        .with_columns(_converted(pairs))
    )
    frame = frame.with_columns(low=pl.col("limit"), high=pl.col("limit"))
    frame = frame.with_columns(flags=pl.col("flags") | _limit_flags(pairs))
    return frame.select("number", pl.lit(0, pl.Int8).alias("bound"), "low", "high", "flags").collect()


def _convert_read(pairs: pl.DataFrame, read: pl.DataFrame) -> pl.DataFrame:
    """As for plain numbers; the end of an open interval is the nearest number inside it."""
    bound = pl.col("bound")
    asked = read.with_columns(asked=_inside(read["number"], read["bound"]))
    converted = (
        asked.with_columns(_factor_and_flags(pairs, pl.col("asked")))
        .with_columns(_converted(pairs))
        .with_columns(flags=pl.col("flags") | pl.col("text_flags"))
    )
    end = converted.with_columns(end=_inside(converted["limit"], converted["bound"]))
    frame = end.with_columns(
        low=pl.when(bound.is_in([int(Bound.BELOW), int(Bound.AT_MOST)])).then(0.0).otherwise("end"),
        high=pl.when(bound.is_in([int(Bound.ABOVE), int(Bound.AT_LEAST)])).then(inf).otherwise("end"),
    )
    # A text without a number has no limits to break and lacks no unit; its own flag says why there is no value.
    limits = _limit_flags(pairs)
    without = pl.col("flags") & ~FLAG_BITS["UNIT_MISSING"]
    flags = pl.when(pl.col("limit").is_not_null()).then(pl.col("flags") | limits).otherwise(without)
    return frame.with_columns(flags=flags).select("row", "number", "bound", "low", "high", "flags")


def _inside(numbers: pl.Series, bounds: pl.Series) -> pl.Series:
    """The number itself, or for ``<`` and ``>`` its neighbor inside the interval. Distinct limits are few."""
    frame = pl.DataFrame({"number": numbers, "bound": bounds})
    distinct = frame.unique().filter(pl.col("bound").is_in([int(Bound.BELOW), int(Bound.ABOVE)]))
    neighbors = [
        None if number is None else nextafter(number, -inf if bound == Bound.BELOW else inf)
        for number, bound in distinct.iter_rows()
    ]
    known = distinct.with_columns(neighbor=pl.Series(neighbors, dtype=pl.Float64))
    joined = frame.join(known, on=["number", "bound"], how="left", maintain_order="left")
    return joined.select(pl.coalesce("neighbor", "number")).to_series()


def _factor_and_flags(pairs: pl.DataFrame, asked: pl.Expr) -> list[pl.Expr]:
    """Factor and flags after the mix-ups; ``asked`` is the number of which the bands are asked."""
    factor, flags = _of(pairs, "factor"), _of(pairs, "flags")
    for number in range(MOST_BANDS):
        if pairs[f"band_{number}_flag"].null_count() == len(pairs):
            break
        inside = asked.is_between(_of(pairs, f"band_{number}_low"), _of(pairs, f"band_{number}_high"))
        inside = inside.fill_null(value=False)
        factor = pl.when(inside).then(_of(pairs, f"band_{number}_factor")).otherwise(factor)
        flags = flags | pl.when(inside).then(_of(pairs, f"band_{number}_flag")).otherwise(0)
    return [factor.alias("factor"), flags.alias("flags")]


def _converted(pairs: pl.DataFrame) -> pl.Expr:
    """The number in the canonical unit, rounded so that comparisons need no tolerance (RULES.md 0.2)."""
    rounded = (pl.col("number") * pl.col("factor")).round(9)
    exact = pl.when(rounded == 0).then(0.0).otherwise(rounded)  # -0.0, as analyzers print it, is zero
    tenths = exact.round(1, mode="half_away_from_zero")
    return pl.when(_of(pairs, "decimals") == 1).then(tenths).otherwise(exact).alias("limit")


def _limit_flags(pairs: pl.DataFrame) -> pl.Expr:
    """IMPLAUSIBLE, EXTREME and alerts where the whole interval lies beyond the limit."""
    low, high = pl.col("low"), pl.col("high")
    implausible = (
        (low > _of(pairs, "reject_above"))
        | (high < _of(pairs, "reject_below"))
        | (high < 0)  # a negative number, or below zero
        | (pl.col("number") < 0)
        | (low > BIGGEST)
    )
    extreme = (
        (low > _of(pairs, "flag_above"))
        | (high < _of(pairs, "flag_below"))
        | (low >= _of(pairs, "flag_at_least"))
    )
    # A value that is missing is neither extreme nor an alert.
    known = ~implausible & (pl.col("flags") & MISSING_MASK == 0)
    return (
        pl.when(implausible & (pl.col("flags") & MISSING_MASK == 0))
        .then(FLAG_BITS["IMPLAUSIBLE"])
        .otherwise(0)
        | pl.when(known & extreme).then(FLAG_BITS["EXTREME"]).otherwise(0)
        | pl.when(known & (low > _of(pairs, "alert_above"))).then(_of(pairs, "alert")).otherwise(0)
    )
