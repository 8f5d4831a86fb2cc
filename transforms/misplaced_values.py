"""What a row says in another place than its own: the value in the comment, the unit in the value.

A laboratory that writes ``SEE COMMENT`` points to a value; it is taken where the comment is nothing but that value. A
unit printed behind the number (``13.5 g/dL``) is the unit of a row whose unit column is empty. Neither is a guess.
"""

from __future__ import annotations

import re

import polars as pl

from schemas.flags import FLAG_BITS
from transforms.codes import given_unit
from transforms.numerals import Bound
from transforms.values import read_value

_POINTERS = "see comment|see comments|see note|see notes|see below|see text|comment|comments|___"
_POINTS = rf"(?i)^[\s*(]*(?:{_POINTERS})[\s.*)!:]*$"
_LEAD = re.compile(r"^\s*(?:(?:test )?(?:result|value)\s*(?:is\s|[:=])|=)", re.IGNORECASE)
WITHOUT_UNIT = FLAG_BITS["UNIT_MISSING"]


def value_texts(named: pl.DataFrame, analyte: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The text to read for each row, and whether it is the comment's (null and False where nothing is said).

    named: (n) value and comment as received; analyte: (n) ids. A comment counts only where the value is empty or points
    to it, and only if all of it is one value that cannot be mistaken for something else: with a bound, a unit of the
    analyte or a word such as "result" before it (a bare "1" may be the number of a footnote).
    """
    nowhere = pl.repeat(value=False, n=named.height, dtype=pl.Boolean, eager=True)
    if named["comment"].null_count() == named.height:
        return named["value"], nowhere
    empty = pl.col("value").is_null() | (pl.col("value").str.strip_chars() == "")
    asked = (
        named.select("value", "comment")
        .with_row_index("row")
        .with_columns(analyte=analyte)
        .filter(pl.col("comment").is_not_null() & (empty | pl.col("value").str.contains(_POINTS)))
    )
    distinct = asked.select("analyte", "comment").unique()
    are_values = [is_value(analyte_id, comment) for analyte_id, comment in distinct.iter_rows()]
    rows = asked.join(distinct.filter(pl.Series(are_values, dtype=pl.Boolean)), on=["analyte", "comment"])
    if rows.is_empty():
        return named["value"], nowhere
    # as of a scatter, which wants one value a place
    return named["value"].scatter(rows["row"], rows["comment"]), nowhere.scatter(rows["row"], values=True)


def is_value(analyte_id: str, comment: str) -> bool:
    """Whether a comment is nothing but a value of the analyte."""
    reading = read_value(analyte_id, comment)
    if reading.number is None:
        return False
    return reading.bound is not Bound.EXACT or reading.unit != "" or _LEAD.match(comment) is not None


def stated_units(named: pl.DataFrame, pairs: pl.DataFrame, text: pl.Series) -> pl.Series:
    """(n) unit that the value text itself names, for rows without a unit; null elsewhere.

    named: with pair, the position in ``pairs``; text: (n) the value text to read.
    """
    found = pl.repeat(None, named.height, dtype=pl.String, eager=True)
    lacks = pairs.select(lacks_unit()).to_series()
    if not lacks.any():
        return found
    asked = (
        pl.DataFrame({"pair": named["pair"], "text": text})
        .with_row_index("row")
        .filter(lacks.gather(named["pair"]))
        .filter(pl.col("text").is_not_null() & pl.col("text").cast(pl.Float64, strict=False).is_null())
        .with_columns(analyte=pl.lit(pairs["analyte"]).gather(pl.col("pair")))
    )
    distinct = asked.select("analyte", "text").unique()
    units = [read_value(analyte, value).unit or None for analyte, value in distinct.iter_rows()]
    rows = asked.join(
        distinct.with_columns(unit=pl.Series(units, dtype=pl.String)).drop_nulls("unit"),
        on=["analyte", "text"],
    )
    return found if rows.is_empty() else found.scatter(rows["row"], rows["unit"])


def lacks_unit() -> pl.Expr:
    """Over ``PAIR_SCHEMA``: the analyte needs a unit and the row has none."""
    named_in_value = pl.col("labeled").is_null() & (pl.col("flags") == 0) & (pl.col("unit") != "")
    return (pl.col("flags") & WITHOUT_UNIT != 0) | named_in_value.fill_null(value=False)


def with_units(
    pair: pl.Series, pairs: pl.DataFrame, unit: pl.Series, flag: str | None = None
) -> tuple[pl.Series, pl.DataFrame]:
    """Pair of each row and the pairs, where some rows have been given a unit.

    pair: (n) positions in ``pairs``; unit: (n) plain unit, null where the row keeps what it has. flag: a flag that the
    results of such rows carry.
    """
    if unit.null_count() == len(unit):
        return pair, pairs
    given = pl.DataFrame({"pair": pair, "given": unit}).with_row_index("row").drop_nulls("given")
    distinct = given.select("pair", "given").unique().with_row_index("number", offset=len(pairs))
    bit = 0 if flag is None else FLAG_BITS[flag]
    described = [
        {**found, "flags": found["flags"] | bit}
        for found in (
            given_unit(pairs.row(place, named=True), name)
            for place, name in distinct.select("pair", "given").iter_rows()
        )
    ]
    further = pl.DataFrame(described, schema=pairs.schema, orient="row")
    numbered = given.join(distinct, on=["pair", "given"], how="left")
    return pair.clone().scatter(numbered["row"], numbered["number"].cast(pair.dtype)), pl.concat(
        [pairs, further]
    )
