"""Which raw rows no later night can miss: copies of a row that stays, and reports that a better one replaces.

A row is needless only if it could not matter whatever comes after it, so the rule is narrower than what a night calls
duplicate or superseded: it asks the texts as they were received and depends on no reading of a value, no code map, and
no merge.
"""

from __future__ import annotations

import polars as pl

from transforms.times import read_times
from transforms.versions import CONTENT, RANK, WITHDRAWN, state_of

PLACE = ("load", "source_file", "source_line")
WHY = {"load": pl.Int32, "source_file": pl.String, "source_line": pl.Int64, "why": pl.String}
# What two reports of one result have in common word for word, so that whatever finds one of them finds the other.
_SAME = (
    "patient_id",
    "result_id",
    "specimen_id",
    "collected_at",
    "code_system",
    "code",
    "name",
    "site",
    "method",
    "specimen",
)


def needless_rows(rows: pl.DataFrame, *, timezone: str) -> pl.DataFrame:
    """load, source_file, source_line and why (copy, replaced) of the rows that no later night can miss.

    rows: all rows of whole patients up to a load, canonical columns as text, that name an analyte, a unit and a
    patient. A copy repeats an earlier row in every column. A report is replaced by one of better status (final before
    preliminary, corrected before either) of the same result that was reported no earlier: a withdrawal that reaches
    the better one reaches both. Where a patient's test was ever withdrawn, every report of it stays.
    """
    first = rows.sort(*PLACE)
    copies = first.filter(~first.select(pl.struct(CONTENT).is_first_distinct()).to_series())
    kept = first.join(copies.select(PLACE), on=PLACE, how="anti")
    reports = kept.with_columns(
        state=state_of("status"),
        since=read_times(kept["resulted_at"], timezone).fill_null(pl.datetime(1, 1, 1)),
    ).with_columns(
        rank=pl.col("state").replace_strict(RANK, default=None, return_dtype=pl.Int8),
        withdrawn=pl.col("state").is_in(WITHDRAWN).any().over("patient_id", "code"),
    )
    replaced = pl.any_horizontal(
        (pl.col("rank") == rank)
        & (pl.col("since") <= pl.when(pl.col("rank") > rank).then("since").max().over(_SAME))
        for rank in (RANK["preliminary"], RANK["final"])
    )
    lost = reports.filter(replaced & (pl.col("withdrawn").fill_null(value=False).not_()))
    return pl.concat(
        [
            copies.select(*PLACE, why=pl.lit("copy")),
            lost.select(*PLACE, why=pl.lit("replaced")),
        ]
    ).cast(WHY)  # type: ignore[arg-type]
