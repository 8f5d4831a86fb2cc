"""Which of several reports of one result is in force (RULES.md 1.1 rule 7).

Reports are versions of one result if they share the source's result id, or patient, specimen, collection time and
test. Corrected beats final, final beats preliminary, and what was cancelled or entered in error is withdrawn. All is
decided by content, never by position in a file.
"""

from __future__ import annotations

import polars as pl

from schemas.extract import EXTRACT_TABLES

CONTENT = EXTRACT_TABLES["lab_results"].column_names
RANK = {"preliminary": 0, "final": 1, "corrected": 2}
WITHDRAWN = ("cancelled", "entered-in-error")
BY_ID = ("patient_id", "result_id", "test")
BY_SPECIMEN = ("patient_id", "specimen_id", "at", "test")


def settle_versions(rows: pl.DataFrame) -> pl.DataFrame:
    """Columns ``version`` (null: in force; duplicate, superseded, withdrawn) and ``conflict`` for every row.

    rows: (n) canonical columns as text, source_file, source_line, and: row (unique number), test, at, reported
    (resulted time), state (status word), usable, low, high. Returns (n) rows in the order of ``row``. A withdrawal is
    itself "withdrawn". conflict: two equally final reports of one test on one specimen differ.
    """
    contested = rows.filter(_contested(rows))
    settled = _settle(contested)
    return (
        rows.select("row")
        .join(settled, on="row", how="left", maintain_order="left")
        .with_columns(pl.col("conflict").fill_null(value=False))
    )


def _contested(rows: pl.DataFrame) -> pl.Series:
    """Rows that share a key with another, or withdraw; a rare collision of hashes only costs a second look."""
    by_specimen = rows.select(BY_SPECIMEN).hash_rows().is_duplicated()
    withdrawing = rows["state"].is_in(WITHDRAWN)
    if rows["result_id"].null_count() == len(rows):
        return by_specimen | withdrawing
    by_id = rows.select(BY_ID).hash_rows().is_duplicated() & rows["result_id"].is_not_null()
    return by_specimen | withdrawing | by_id


def _settle(contested: pl.DataFrame) -> pl.DataFrame:
    columns = ["row", "version", "conflict"]
    copies = _exact_copies(contested)
    # without a readable time or status nobody can say what a row is a version of
    readable = pl.col("at").is_not_null() & pl.col("state").is_not_null()
    live = contested.filter(readable & ~pl.col("row").is_in(copies.implode()))
    with_id = live.filter(pl.col("result_id").is_not_null())
    replaced = _replaced(with_id, BY_ID, newest_of=pl.lit(value=True))
    replaced = pl.concat(
        [replaced, _replaced(live.join(replaced, on="row", how="anti"), BY_SPECIMEN, _SAME_METHOD)]
    )
    equal = live.join(replaced, on="row", how="anti").filter(~pl.col("state").is_in(WITHDRAWN))
    repeats, conflicts = _equals(equal)
    verdict = pl.concat(
        [
            copies.to_frame("row").with_columns(version=pl.lit("duplicate")),
            repeats.to_frame("row").with_columns(version=pl.lit("duplicate")),
            replaced.with_columns(version=pl.lit("superseded")),
            live.filter(pl.col("state").is_in(WITHDRAWN)).select("row", version=pl.lit("withdrawn")),
        ]
    ).unique("row", keep="first", maintain_order=True)
    return (
        contested.select("row")
        .join(verdict, on="row", how="left")
        .with_columns(conflict=pl.col("row").is_in(conflicts.implode()))
        .select(columns)
    )


def _exact_copies(rows: pl.DataFrame) -> pl.Series:
    """Rows that repeat another one in every canonical column; the first by file and line is kept."""
    suspects = rows.filter(rows.select(CONTENT).hash_rows().is_duplicated()).sort(
        "source_file", "source_line", "row"
    )
    first = suspects.select(pl.struct(CONTENT).is_first_distinct()).to_series()
    return suspects.filter(~first)["row"]


_SAME_METHOD = pl.col("usable")  # between methods nobody is newer: the evidence chooses by method


def _replaced(rows: pl.DataFrame, key: tuple[str, ...], newest_of: pl.Expr) -> pl.DataFrame:
    """Rows (column row) that a withdrawal, a better status or a later report of the same key replaces.

    newest_of: which rows may replace an equally final one by being later.
    """
    never, ever = pl.datetime(1, 1, 1), pl.datetime(9999, 1, 1)
    withdrawal = pl.col("state").is_in(WITHDRAWN)
    rank = pl.col("state").replace_strict(RANK, default=None, return_dtype=pl.Int8)
    # a withdrawal without a time of its own withdraws everything; one with a time what was reported before
    until = pl.when(withdrawal).then(pl.col("reported").fill_null(ever)).max().over(key)
    methods = [*key, "method"] if key == BY_SPECIMEN else [*key]
    staged = rows.with_columns(rank=rank, gone=~withdrawal & (pl.col("reported").fill_null(never) <= until))
    staged = staged.with_columns(pl.col("gone").fill_null(value=False))
    live = ~pl.col("gone") & ~withdrawal
    staged = staged.with_columns(best=pl.when(live).then("rank").max().over(key))
    finest = live & (pl.col("rank") == pl.col("best"))
    staged = staged.with_columns(newest=pl.when(finest & newest_of).then("reported").max().over(methods))
    older = finest & (pl.col("reported") < pl.col("newest"))
    lesser = live & (pl.col("rank") < pl.col("best"))
    return staged.filter(pl.col("gone") | lesser | older).select("row")


def _equals(rows: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Of equally final reports of one test on one specimen: repeats of the same value, and those that differ."""
    usable = rows.filter("usable")
    value = ["low", "high", "method"]
    ordered = usable.sort(
        *BY_SPECIMEN, *value, "reported", "source_file", "source_line", "row", nulls_last=True
    )
    first = ordered.select(pl.struct(*BY_SPECIMEN, *value).is_first_distinct()).to_series()
    kept = ordered.filter(first)
    differing = kept.filter(pl.len().over(*BY_SPECIMEN, "method") > 1)
    return ordered.filter(~first)["row"], differing["row"]
