"""Which of several reports of one result is in force (RULES.md 1.1 rule 7).

Reports are versions of one result if they share the source's result id, or else patient, specimen, collection time
and test. Corrected beats final, final beats preliminary, and what was cancelled or entered in error is withdrawn. All
is decided by content, never by position in a file, so the outcome depends on the set of rows alone.
"""

from __future__ import annotations

import polars as pl

from schemas.extract import EXTRACT_TABLES
from schemas.text_values import NOTHING

CONTENT = EXTRACT_TABLES["lab_results"].column_names
RANK = {"preliminary": 0, "final": 1, "corrected": 2}
WITHDRAWN = ("cancelled", "entered-in-error")
# Other words for the five states; an empty state is final (the extract's contract).
_STATES = {
    **dict.fromkeys(("", *(word.lower() for word in NOTHING)), "final"),
    **{word: word for word in (*RANK, *WITHDRAWN)},
    "amended": "corrected",
    "canceled": "cancelled",
    "entered in error": "entered-in-error",
}
BY_ID = ("patient_id", "result_id", "test")
BY_SPECIMEN = ("patient_id", "specimen_id", "at", "test")
# A row without an id, on a specimen whose other rows all bear one id, is a report of that result.
BY_MEANT_ID = ("patient_id", "meant_id", "test")
_WHERE = ("load", "source_patient_id", "source_file", "source_line", "row")
_HOPS = 3  # replaced by id, then by specimen, then by the first of equal copies


def state_of(column: str) -> pl.Expr:
    """State of a report by its status as received: a key of ``RANK``, one of ``WITHDRAWN``, or null if unreadable."""
    word = pl.col(column).str.strip_chars().str.to_lowercase().fill_null("")
    return word.replace_strict(_STATES, default=None)


def settle_versions(rows: pl.DataFrame) -> pl.DataFrame:
    """Columns ``version`` (null: in force; duplicate, superseded, withdrawn), ``conflict`` and ``by`` for every row.

    rows: (n) canonical columns as text, source_patient_id, source_file, source_line, load, and: row (unique number),
    test, at, reported (resulted time), state (status word), usable, low, high. Returns (n) rows in the order of ``rows``. A
    withdrawal is itself "withdrawn". conflict: two equally final reports of one result differ. by: number of the row
    at the end of the chain of those that replaced this one; null unless superseded.
    """
    settled = _settle(rows.filter(_contested(rows)))
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
    copies = _exact_copies(contested)
    # without a readable status nobody can say what a row does to another
    live = _prepared(contested.filter(pl.col("state").is_not_null() & ~pl.col("row").is_in(copies.implode())))
    by_id = _replaced(
        live.filter(pl.col("meant_id").is_not_null()),
        BY_MEANT_ID,
        # under one id the later report is the laboratory's word, whatever its method and even without a value
        [(pl.col("result_id").is_not_null(), BY_ID), (pl.col("usable"), (*BY_MEANT_ID, "method"))],
    )
    # The second round compares what is still in force, and what was withdrawn, which still outranks what it replaced.
    # A withdrawal that found its result by id takes back that result only, not another one of the same tube.
    left = (
        live.filter(pl.col("at").is_not_null() & ~pl.col("found"))
        .drop("gone_until")
        .join(by_id.select("row", "by", "gone_until"), on="row", how="left")
        .filter(pl.col("by").is_null() | pl.col("gone_until").is_not_null())
        .drop("by")
    )
    by_specimen = _replaced(left, BY_SPECIMEN, [(pl.col("usable"), (*BY_SPECIMEN, "method"))])
    replaced = pl.concat([by_id, by_specimen]).select("row", "by")
    standing = live.filter(~pl.col("withdraws")).join(replaced, on="row", how="anti")
    repeats = _repeats(standing.filter("usable", pl.col("at").is_not_null()))
    kept = standing.filter("usable").join(repeats, on="row", how="anti")
    conflicts = _conflicts(kept)
    verdict = pl.concat(
        [
            copies.to_frame("row").with_columns(version=pl.lit("duplicate"), by=pl.lit(None, pl.Int64)),
            repeats.select("row", version=pl.lit("duplicate"), by=pl.lit(None, pl.Int64)),
            _last_of_chain(replaced, repeats).select("row", pl.lit("superseded").alias("version"), "by"),
            live.filter("withdraws").select("row", version=pl.lit("withdrawn"), by=pl.lit(None, pl.Int64)),
        ]
    )
    return (
        contested.select("row")
        .join(verdict, on="row", how="left")
        .with_columns(conflict=pl.col("row").is_in(conflicts.implode()))
        .select("row", "version", "conflict", "by")
    )


def _exact_copies(rows: pl.DataFrame) -> pl.Series:
    """Rows that repeat another one in every canonical column; the first by load, file and line is kept."""
    suspects = rows.filter(rows.select(CONTENT).hash_rows().is_duplicated()).sort(_WHERE)
    first = suspects.select(pl.struct(CONTENT).is_first_distinct()).to_series()
    return suspects.filter(~first)["row"]


def _prepared(rows: pl.DataFrame) -> pl.DataFrame:
    """What the comparison asks of a row.

    meant_id: the id of the result it reports, its own or the only one beside it. withdraws; rank; since: when it was
    reported, the beginning of time if unknown; until: a withdrawal takes back what was reported before, everything if
    it has no time. found: a withdrawal that knows its result by id. gone_until: see _replaced.
    """
    never, ever = pl.datetime(1, 1, 1), pl.datetime(9999, 1, 1)
    withdraws = pl.col("state").is_in(WITHDRAWN)
    beside = pl.col("result_id").drop_nulls()
    only = pl.when(pl.col("at").is_not_null() & (beside.n_unique().over(BY_SPECIMEN) == 1)).then(
        beside.max().over(BY_SPECIMEN)
    )
    return rows.with_columns(
        meant_id=pl.coalesce("result_id", only),
        withdraws=withdraws,
        rank=pl.col("state").replace_strict(RANK, default=None, return_dtype=pl.Int8),
        since=pl.col("reported").fill_null(never),
        until=pl.when(withdraws).then(pl.col("reported").fill_null(ever)),
        gone_until=pl.lit(None, pl.Datetime("us")),
    ).with_columns(
        found=pl.col("withdraws")
        & pl.col("meant_id").is_not_null()
        & (~pl.col("withdraws")).any().over(BY_MEANT_ID)
    )


def _replaced(
    rows: pl.DataFrame, key: tuple[str, ...], newest_of: list[tuple[pl.Expr, tuple[str, ...]]]
) -> pl.DataFrame:
    """Rows that a withdrawal, a better status or a later report of the same key replaces: row, by, gone_until.

    newest_of: which rows replace an equally final one by being later, and of which key. by: the row in force for the
    key, else the withdrawal. gone_until: of a withdrawn row, until when its withdrawal reaches: nothing that it
    outranks comes back, unless reported later still.
    """
    rows = rows.with_columns(before=pl.col("gone_until").is_not_null())
    reach = pl.col("until").max().over(key)
    gone = ~pl.col("withdraws") & ((pl.col("since") <= reach).fill_null(value=False) | pl.col("before"))
    staged = rows.with_columns(gone=gone, reach=reach).with_columns(
        gone_until=pl.when("gone").then(pl.max_horizontal("gone_until", "reach")),
        live=~pl.col("gone") & ~pl.col("withdraws"),
    )
    best = pl.when("live").then("rank").max().over(key)
    outranked = pl.col("rank") < best
    for rank in (1, 2):
        taken_back = pl.when(pl.col("gone") & (pl.col("rank") >= rank)).then("gone_until").max().over(key)
        outranked = outranked | ((pl.col("rank") < rank) & (pl.col("since") <= taken_back)).fill_null(
            value=False
        )
    staged = staged.with_columns(finest=pl.col("live") & ~outranked)
    older = pl.lit(value=False)
    for who, among in newest_of:
        newest = pl.when(pl.col("finest") & who).then("reported").max().over(among)
        older = older | (pl.col("finest") & (pl.col("reported") < newest)).fill_null(value=False)
    staged = staged.with_columns(stands=pl.col("finest") & ~older)
    lost = staged.filter(~pl.col("stands") & ~pl.col("withdraws") & ~pl.col("before"))
    return _replacement(lost, staged, key).select("row", "by", "gone_until")


def _replacement(lost: pl.DataFrame, staged: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    """The lost rows with ``by``, a row of the same key.

    One that stands, of the same method before another, the latest first; else the withdrawal that reaches furthest;
    else what a withdrawal took back in the round before.
    """
    order = pl.when("stands").then(0).when("withdraws").then(1).when("before").then(2)
    candidates = (
        staged.join(lost.select(key).unique(), on=list(key), how="semi", nulls_equal=True)
        .with_columns(order=order, reach=pl.coalesce("until", "gone_until"))
        .filter(pl.col("order").is_not_null())
    )
    several = candidates.select(key).is_duplicated()
    ranked = ("order", "reach", "rank", "reported")
    ordered = candidates.filter(several).sort(
        *ranked,
        *CONTENT,
        *_WHERE,
        descending=[False, True, True, True] + [False] * (len(CONTENT) + len(_WHERE)),
        nulls_last=True,
    )
    candidates = pl.concat([candidates.filter(~several), ordered])
    first = candidates.unique(key, keep="first", maintain_order=True)
    of_method = candidates.filter("stands").unique([*key, "method"], keep="first", maintain_order=True)
    return (
        lost.join(
            of_method.select(*key, "method", same="row"), on=[*key, "method"], how="left", nulls_equal=True
        )
        .join(first.select(*key, other="row"), on=key, how="left", nulls_equal=True)
        .with_columns(by=pl.coalesce("same", "other").cast(pl.Int64))
    )


def _repeats(rows: pl.DataFrame) -> pl.DataFrame:
    """Of equally final reports of one test on one specimen those that repeat a value (row), and the one kept (by)."""
    value = (*BY_SPECIMEN, "low", "high", "method")
    equal = rows.filter(rows.select(value).is_duplicated())
    ordered = equal.sort("result_id", "reported", *CONTENT, *_WHERE, nulls_last=True)
    kept = pl.col("row").first().over(value)
    return ordered.select("row", by=kept.cast(pl.Int64)).filter(pl.col("row") != pl.col("by"))


def _conflicts(kept: pl.DataFrame) -> pl.Series:
    """Rows of which another one says something else: of one specimen by one method, or under one id."""
    of_specimen = pl.len().over(*BY_SPECIMEN, "method") > 1
    of_id = pl.col("result_id").is_not_null() & (pl.len().over(BY_ID) > 1)
    return kept.filter((pl.col("at").is_not_null() & of_specimen) | of_id)["row"]


def _last_of_chain(replaced: pl.DataFrame, repeats: pl.DataFrame) -> pl.DataFrame:
    """The replaced rows with the row at the end: a replacement may itself be replaced, or be one of equal copies."""
    steps = pl.concat([replaced, repeats]).select(by="row", further="by")
    for _ in range(_HOPS):
        replaced = replaced.join(steps, on="by", how="left").select("row", by=pl.coalesce("further", "by"))
    return replaced
