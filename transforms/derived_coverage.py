"""Coverage for an extract that brings none: what its own rows say about when the source was watching."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

import polars as pl

from schemas.extract import COVERAGE_DOMAINS, EVENT_KINDS
from schemas.tables import CONTACT, LAB_COVERAGE, empty
from transforms.times import FIRST_YEAR, LAST_YEAR


def lab_contacts(texts: pl.DataFrame, results: pl.DataFrame, reported: pl.DataFrame) -> pl.DataFrame:
    """First and last day of laboratory contact per patient (columns patient_id, first, last).

    texts: staged rows, whatever became of them (a rejected result is a contact too). results, reported: normalized
    rows, whose collected_at is in the home's zone.
    """
    days = pl.concat(
        [
            texts.select(
                "patient_id",
                day=pl.col("collected_at")
                .str.strip_chars()
                .str.slice(0, 10)
                .str.to_date("%Y-%m-%d", strict=False),
            ),
            results.select("patient_id", day=pl.col("collected_at").dt.date()),
            reported.select("patient_id", day=pl.col("collected_at").dt.date()),
        ]
    )
    return _spans(days)


def event_contacts(events: pl.DataFrame) -> pl.DataFrame:
    """First and last day of contact per patient from events: their starts, and the ends of encounters.

    The end of a medication or diagnosis is not a contact; it may be a placeholder far in the future.
    """
    days = pl.concat(
        [
            events.select("patient_id", day="start_date"),
            events.filter(pl.col("kind") == "encounter").select("patient_id", day="end_date"),
        ]
    )
    return _spans(days)


def joined_contacts(contacts: list[pl.DataFrame]) -> pl.DataFrame:
    """One span per patient out of several lists of spans (``schemas.tables.CONTACT``); sorted by patient."""
    return (
        pl.concat([empty(CONTACT), *contacts])
        .group_by("patient_id")
        .agg(pl.col("first").min(), pl.col("last").max())
        .sort("patient_id")
    )


def derived_coverage(contacts: pl.DataFrame, *, first: date | None, kinds: Collection[str]) -> pl.DataFrame:
    """Coverage where no extract has such a table.

    A domain is observed if an extract holds at least one row of that kind, laboratory always: for every patient of
    ``contacts``, from the day before the first row of all (``first``) to that patient's last contact of any kind.
    kinds: the kinds of clinical events that there are.
    """
    if first is None:
        return empty(LAB_COVERAGE)
    domains = [name for name in COVERAGE_DOMAINS if name not in EVENT_KINDS or name in kinds]
    return (
        contacts.select("patient_id", observed_to="last")
        .join(pl.DataFrame({"domain": domains}), how="cross")
        .select(
            "patient_id",
            "domain",
            pl.lit(first - timedelta(days=1), pl.Date).alias("observed_from"),
            "observed_to",
        )
        .sort("patient_id", "domain")
    )


def _spans(days: pl.DataFrame) -> pl.DataFrame:
    # a placeholder such as 9999-12-31, a text or the end of a visit, is not a contact: coverage would reach to it
    believed = pl.col("day").dt.year().is_between(FIRST_YEAR, LAST_YEAR)
    return (
        days.drop_nulls()
        .filter(believed)
        .group_by("patient_id")
        .agg(first=pl.col("day").min(), last=pl.col("day").max())
    )
