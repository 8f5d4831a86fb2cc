"""Rows about one patient that disagree: what is known then, and where the disagreement can be seen.

Nobody knows which of two rows is right, so a value on which they differ is unknown; the rows stay, flagged. A death
is the exception: whoever has two dates of death is dead from the later one on.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from schemas.flags import CONFLICTING_PATIENT, CONFLICTING_VALUE, MERGED_PATIENTS_DIFFER

IDENTITY = ("sex", "birth_date", "death_date", "duffy_null")
FLAG_SCHEMA = {
    "patient_id": pl.String,
    "flag": pl.String,
    "detail": pl.String,
    "source_file": pl.String,
    "source_line": pl.Int64,
}
_LIFE = ("birth_date", "death_date")


def one_row_each(rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """One row per patient_id with what its rows agree upon in each column; rows that complete each other add up.

    Of several dates of death the latest. A birth after the death leaves both unknown.
    """
    agreed = [pl.col(name).max() if name == "death_date" else _agreed(name) for name in columns]
    impossible = (pl.col("death_date") < pl.col("birth_date")).fill_null(value=False)
    return (
        rows.group_by("patient_id")
        .agg(agreed)
        .with_columns(pl.when(~impossible).then(name).alias(name) for name in _LIFE)
        .sort("patient_id")
    )


def disagreements(rows: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Flags (FLAG_SCHEMA) of every row with a value on which the rows of its patient differ.

    rows: patient_id, source_patient_id (the identifier of a row that a merge moved), source_file, source_line and the
    columns. detail: the column, and how many different values there are. Between rows of one identifier the flag is
    CONFLICTING_PATIENT, for columns that are no identity CONFLICTING_VALUE; between identifiers that were merged, of
    which each agrees with itself, MERGED_PATIENTS_DIFFER.
    """
    own = pl.coalesce("source_patient_id", "patient_id")
    named = rows.with_columns(identifier=own)
    found = [pl.DataFrame(schema=FLAG_SCHEMA)]
    for name in columns:
        values = pl.col(name).drop_nulls().n_unique()
        counted = named.filter(pl.col(name).is_not_null()).with_columns(
            within=values.over("patient_id", "identifier"), across=values.over("patient_id")
        )
        conflict = CONFLICTING_PATIENT if name in IDENTITY else CONFLICTING_VALUE
        found.append(_flags(counted.filter(pl.col("within") > 1), conflict, name, pl.col("within")))
        differ = counted.filter((pl.col("within") == 1) & (pl.col("across") > 1))
        found.append(_flags(differ, MERGED_PATIENTS_DIFFER, name, pl.col("across")))
    return pl.concat([*found, _dead_before_birth(rows)])


def _dead_before_birth(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows that are possible by themselves and give together a patient who died before birth."""
    births, death = pl.col("birth_date").drop_nulls(), pl.col("death_date").max().over("patient_id")
    one_birth = pl.when(births.n_unique().over("patient_id") == 1).then(births.max().over("patient_id"))
    impossible = rows.filter((death < one_birth).fill_null(value=False))
    return pl.concat(
        [
            _flags(impossible.filter(pl.col(name).is_not_null()), CONFLICTING_PATIENT, name, pl.lit(1))
            for name in _LIFE
        ]
    )


def _flags(rows: pl.DataFrame, flag: str, column: str, values: pl.Expr) -> pl.DataFrame:
    return rows.select(
        "patient_id",
        flag=pl.lit(flag),
        detail=pl.format("{}: {}", pl.lit(column), values.cast(pl.Int64)),
        source_file="source_file",
        source_line="source_line",
    )


def _agreed(column: str) -> pl.Expr:
    values = pl.col(column).drop_nulls()
    return pl.when(values.n_unique() == 1).then(values.max()).alias(column)
