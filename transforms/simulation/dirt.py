"""What goes wrong between a laboratory and its extract, at low rates.

Rows are picked by chance and changed, repeated or joined by others. What is done to a row is never written down in the
extract: finding it is what the pipeline is for.
"""

from __future__ import annotations

import numpy as np
import polars as pl

# Share of all rows, unless a comment says otherwise.
NO_UNIT = 0.001
DECIMAL_COMMA = 0.03  # of the rows with a decimal point at COMMA_SITE
THOUSANDS_COMMA = 0.05  # of the cells per microliter at or above 1000
TRAILING_FLAG = 0.002
IMPOSSIBLE = 0.0002
REJECTED_TUBE = 0.0015  # of the tubes: every result of it is a word
HB_LABEL = 0.002  # of the hemoglobins in g/dL or g/L: the other label
FERRITIN_LABEL = 0.004  # of the ferritins
STRANGE_UNIT = 0.0002
BAD_DATE = 0.0002
STRANGE_STATUS = 0.0002
NO_STATUS = 0.1
COPY = 0.002
PRELIMINARY = 0.004
CORRECTED = 0.001
CANCELLED = 0.0005
OTHER_TEST = 0.25  # of the draws at OTHER_SITE: a test that no rule reads
COMMA_SITE, OTHER_SITE = "Lakeside", "Northgate"
_WORDS = {"B": ("CLOTTED", "QNS", "SEE COMMENT"), "S": ("HEMOLYZED", "QNS", "NOT PERFORMED")}
_BAD_DATES = ("0000-00-00 00:00:00", "2026-02-30 08:15:00", "31/04/2026 7.30", "")
_STRANGE_STATUS = "F"  # no word of the extract's contract


def soil(rows: pl.DataFrame, chance: np.random.Generator) -> pl.DataFrame:
    """The rows of ``reports.printed``, soiled, with their ``result_id``; rows are only added, never lost.

    Added rows are kept beside those they are about; ``draw`` and ``analyte`` stay for the tests.
    """
    named = rows.with_columns(result_id="R" + pl.col("number").cast(pl.String).str.zfill(9))
    return _repeated(_mislabeled(_misprinted(named, chance), chance), chance)


def _picked(rows: pl.DataFrame, chance: np.random.Generator, share: float) -> pl.Series:
    return pl.Series(chance.random(len(rows)) < share)


def _misprinted(rows: pl.DataFrame, chance: np.random.Generator) -> pl.DataFrame:
    """Values that are not plain numbers: words for spoiled tubes, commas, trailing flags, impossible ones."""
    value, number = pl.col("value"), pl.col("value").str.contains(r"^\d+(\.\d+)?$")
    point = (pl.col("site") == COMMA_SITE) & _picked(rows, chance, DECIMAL_COMMA)
    cells = (pl.col("unit") == "/uL") & number & (value.str.len_chars() >= 4)
    grouped = cells & _picked(rows, chance, THOUSANDS_COMMA)
    starred = number & _picked(rows, chance, TRAILING_FLAG)
    mark = pl.Series(np.array([" H", " L", "*"])[chance.integers(3, size=len(rows))])
    impossible = number & _picked(rows, chance, IMPOSSIBLE)
    soiled = rows.with_columns(
        value=pl.when(impossible & (pl.col("tube_of") != "M"))
        .then(pl.lit("99999999"))
        .when(grouped)
        .then(value.str.head(-3) + "," + value.str.tail(3))
        .when(point)
        .then(value.str.replace(".", ",", literal=True))
        .when(starred)
        .then(value + mark)
        .otherwise(value)
    )
    return _spoiled(soiled, chance)


def _spoiled(rows: pl.DataFrame, chance: np.random.Generator) -> pl.DataFrame:
    """Tubes that could not be used: a word in place of every value, at times with a comment."""
    tubes = rows.select("specimen_id", "tube_of").unique(maintain_order=True)
    words = np.stack([np.array(_WORDS["B"]), np.array(_WORDS["S"])])
    place = (tubes["tube_of"] == "S").cast(pl.Int64).to_numpy()
    tubes = tubes.with_columns(word=words[place, chance.integers(3, size=len(tubes))])
    spoiled = tubes.filter(_picked(tubes, chance, REJECTED_TUBE), pl.col("tube_of") != "M")
    return rows.join(
        spoiled.select("specimen_id", "word"), on="specimen_id", how="left", maintain_order="left"
    ).with_columns(
        value=pl.coalesce("word", "value"),
        comment=pl.when(pl.col("word").is_not_null()).then(pl.lit("specimen rejected, please send another")),
    )


def _mislabeled(rows: pl.DataFrame, chance: np.random.Generator) -> pl.DataFrame:
    """Units, dates and statuses that are missing, strange or another's."""
    unit = pl.col("unit")
    swapped = (pl.col("analyte") == "hb") & _picked(rows, chance, HB_LABEL)
    ferritin = (pl.col("analyte") == "ferritin") & _picked(rows, chance, FERRITIN_LABEL)
    bad = pl.Series(np.array(_BAD_DATES)[chance.integers(len(_BAD_DATES), size=len(rows))])
    return rows.with_columns(
        unit=pl.when(swapped & unit.is_in(["g/dL", "g/L"]))
        .then(pl.when(unit == "g/dL").then(pl.lit("g/L")).otherwise(pl.lit("g/dL")))
        .when(ferritin)
        .then(pl.lit("ug/dL"))
        .when(_picked(rows, chance, NO_UNIT))
        .then(pl.lit(None, pl.String))
        .when(_picked(rows, chance, STRANGE_UNIT))
        .then(pl.lit("mEq/dL"))
        .otherwise(unit),
        collected_at=pl.when(_picked(rows, chance, BAD_DATE)).then(bad).otherwise("collected_at"),
        status=pl.when(_picked(rows, chance, STRANGE_STATUS))
        .then(pl.lit(_STRANGE_STATUS))
        .when(_picked(rows, chance, NO_STATUS))
        .then(pl.lit(None, pl.String))  # empty is final
        .otherwise("status"),
    )


def _repeated(rows: pl.DataFrame, chance: np.random.Generator) -> pl.DataFrame:
    """Copies, preliminary reports, corrections, cancellations, and tests that no rule reads."""
    number = pl.col("value").str.contains(r"^\d+(\.\d+)?$")
    copies = rows.filter(_picked(rows, chance, COPY))
    early = rows.filter(_picked(rows, chance, PRELIMINARY) & number).with_columns(
        # a technician's first look, before the final report of the same result
        status=pl.lit("preliminary"),
        resulted_at="collected_at",
    )
    wrong = rows.filter(_picked(rows, chance, CORRECTED) & number)
    # the wrong result is the one that is already there; what is right was found the day after
    digits = pl.col("value").str.replace(r"\d$", "") + pl.Series(
        chance.integers(0, 10, len(wrong)).astype(str)
    )
    corrected = wrong.with_columns(
        status=pl.lit("corrected"),
        value=digits,
        resulted_at="amended_at",
        comment=pl.lit("corrected report"),
    )
    withdrawn = rows.filter(_picked(rows, chance, CANCELLED)).with_columns(
        status=pl.lit("cancelled"), value=pl.lit("CANCELLED"), resulted_at="amended_at"
    )
    first = rows.filter(pl.col("site") == OTHER_SITE).unique("draw", maintain_order=True)
    other = first.filter(_picked(first, chance, OTHER_TEST))
    glucose = other.with_columns(
        code=pl.lit("2345-7"),
        code_system=pl.lit("LOINC"),
        name=pl.lit("Glucose"),
        unit=pl.lit("mg/dL"),
        value=pl.Series(chance.integers(72, 140, len(other)).astype(str)),
        result_id=pl.col("result_id") + "G",
        analyte=pl.lit("glucose"),
        comment=pl.lit(None, pl.String),
    )
    return pl.concat([rows, copies, early, corrected, withdrawn, glucose]).sort("number", maintain_order=True)
