"""Why a patient is judged again tonight: what the night's load brought, in the words of the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

CAUSE = {"patient_id": pl.String, "because": pl.String, "caused_by": pl.String, "rank": pl.Int64}
# What explains most comes first: a merge moves everything, a correction says that something was wrong.
RANKED = (
    "merged",
    "unmerged",
    "withdrawn",
    "corrected_result",
    "died",
    "new_result",
    "new_event",
    "coverage_changed",
)
_AS_SENT = pl.concat_str("source_value", "source_unit", separator=" ", ignore_nulls=True)
_COLLECTED = pl.col("collected_at").dt.strftime("%Y-%m-%d %H:%M")


def causes_of_results(results: pl.DataFrame, sent: pl.Series, loaded_at: datetime) -> pl.DataFrame:
    """Causes (``CAUSE``) that lie in laboratory results: corrected, withdrawn or new ones.

    results: lab.result of the patients affected, as far as it was loaded or superseded tonight. sent: patients of
    whom tonight's load has any laboratory row, usable or not. loaded_at: time of tonight's load.
    """
    tonight = pl.col("loaded_at") == loaded_at
    replaced = results.filter((pl.col("superseded_at") == loaded_at) & ~tonight)
    in_force = results.filter(pl.col("superseded_at").is_null() & tonight)
    return _newest(pl.concat([_corrected(replaced, in_force), _new(in_force), _unusable(sent)]))


def _corrected(replaced: pl.DataFrame, in_force: pl.DataFrame) -> pl.DataFrame:
    """Results that a report of tonight replaced by another value, or withdrew."""
    reference = pl.coalesce("result_id", pl.format("{}:{}", "source_file", "source_line"))
    by = in_force.select("patient_id", "analyte", superseded_by=reference, now=_AS_SENT).unique(
        ["patient_id", "analyte", "superseded_by"], keep="any"
    )
    return (
        replaced.join(by, on=["patient_id", "analyte", "superseded_by"], how="left")
        .filter(pl.col("now").ne_missing(_AS_SENT))  # a report that says the same again corrects nothing
        .select(
            "patient_id",
            because=pl.when(pl.col("now").is_null())
            .then(pl.lit("withdrawn"))
            .otherwise(pl.lit("corrected_result")),
            caused_by=pl.format(
                "{} of {}: {} became {}",
                "analyte",
                _COLLECTED,
                _AS_SENT,
                pl.coalesce("now", pl.lit("withdrawn")),
            ),
            at="collected_at",
        )
    )


def _new(in_force: pl.DataFrame) -> pl.DataFrame:
    return in_force.select(
        "patient_id",
        because=pl.lit("new_result"),
        caused_by=pl.format(
            "{} of {}: {}",
            "analyte",
            _COLLECTED,
            _AS_SENT,
        ),
        at="collected_at",
    )


def _unusable(sent: pl.Series) -> pl.DataFrame:
    """A cause for every patient of whom a row came; it has no time, so that ``_newest`` prefers any result."""
    return (
        sent.drop_nulls()
        .unique()
        .alias("patient_id")
        .to_frame()
        .select(
            "patient_id",
            because=pl.lit("new_result"),
            caused_by=pl.lit("a laboratory row without a usable new value"),
            at=pl.lit(None, pl.Datetime("us")),
        )
    )


def causes_of_tables(
    patients: pl.DataFrame, events: pl.DataFrame, coverage: pl.DataFrame, merges: Mapping[str, str]
) -> pl.DataFrame:
    """Causes (``CAUSE``) that lie in the rows tonight's load added to the small tables.

    patients, events, coverage: these rows, typed, under the identifiers they came with. merges: given-up identifier
    to the one that remains.
    """
    record = patients.select(
        "patient_id",
        because=pl.when(pl.col("death_date").is_not_null())
        .then(pl.lit("died"))
        .otherwise(pl.lit("new_event")),
        caused_by=pl.when(pl.col("death_date").is_not_null())
        .then(pl.format("death on {}", "death_date"))
        .otherwise(pl.lit("the patient's record")),
        at=pl.lit(None, pl.Datetime("us")),
    )
    happened = events.select(
        "patient_id",
        because=pl.lit("new_event"),
        caused_by=pl.format("{} {} {} of {}", "kind", "code_system", "code", "start_date"),
        at=pl.col("start_date").cast(pl.Datetime("us")),
    )
    watched = coverage.select(
        "patient_id",
        because=pl.lit("coverage_changed"),
        caused_by=pl.format("{} observed {} to {}", "domain", "observed_from", "observed_to"),
        at=pl.col("observed_to").cast(pl.Datetime("us")),
    )
    found = pl.concat([record, happened, watched])
    if merges:
        found = found.with_columns(pl.col("patient_id").replace(dict(merges)))
    return _newest(found)


def causes_of_merges(regrouped: Mapping[str, str]) -> pl.DataFrame:
    """Causes (``CAUSE``) of patients whose rows a merge or its withdrawal moved."""
    rows = [(patient, because, "patient_merges") for patient, because in sorted(regrouped.items())]
    found = pl.DataFrame(
        rows, schema={"patient_id": pl.String, "because": pl.String, "caused_by": pl.String}, orient="row"
    )
    return _newest(found.with_columns(at=pl.lit(None, pl.Datetime("us"))))


def first_causes(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """One cause (``CAUSE``) a patient, of all parts the one that explains most."""
    causes = pl.concat([pl.DataFrame(schema=CAUSE), *parts])
    return causes.sort("rank", "patient_id", "caused_by").unique(
        "patient_id", keep="first", maintain_order=True
    )


def _newest(found: pl.DataFrame) -> pl.DataFrame:
    """The newest cause of each kind for each patient, ties by its words."""
    rank = pl.col("because").replace_strict(
        {name: number for number, name in enumerate(RANKED)}, return_dtype=pl.Int64
    )
    return (
        found.sort("at", "caused_by", descending=[True, False], nulls_last=True)
        .unique(["patient_id", "because"], keep="first", maintain_order=True)
        .select("patient_id", "because", "caused_by", rank=rank)
    )
