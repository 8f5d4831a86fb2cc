"""The patients a night affects: those about whom something new is known, whatever identifier it came under."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from transforms.times import read_times


@dataclass(frozen=True)
class Affected:
    """The patients a night affects.

    patients: identifiers that remain, to be judged again (String). gone: identifiers that no longer stand for anybody
    (String). regrouped: remaining identifiers whose rows a merge or its withdrawal moved, each with "merged" or "unmerged".
    """

    patients: pl.Series
    gone: pl.Series
    regrouped: Mapping[str, str]


def only_added(new: pl.DataFrame, old: pl.DataFrame, *, timezone: str) -> pl.Series:
    """Patients (String, sorted) whose new laboratory rows change nothing about the old ones, nor the old about the new.

    Rows affect each other only if they are of one day of a patient (``transforms.same_day``, and reports of
    one specimen in ``transforms.versions``) or share a result id. new, old: patient_id, collected_at and result_id of
    the new rows and of all earlier ones, as text. A row without a readable day is taken to affect any other.
    """
    keys = [
        rows.select(
            "patient_id",
            id=pl.col("result_id").str.strip_chars(),
            day=read_times(rows["collected_at"], timezone).dt.date(),
        )
        for rows in (new, old)
    ]
    came, was = keys
    touched = [
        came.filter(pl.col("day").is_null()),
        *(was.join(came, on=["patient_id", key], how="semi") for key in ("day", "id")),
    ]
    connected = pl.concat([rows["patient_id"] for rows in touched]).unique()
    sent = came["patient_id"].drop_nulls().unique()
    return sent.filter(~sent.is_in(connected.implode())).sort()


def affected_patients(
    identifiers: Iterable[pl.Series], before: Mapping[str, str], after: Mapping[str, str]
) -> Affected:
    """Patients affected by new rows or changed merges.

    identifiers: those that new rows came under (null: no patient). before, after: merges of the last night and of
    this one, given-up identifier to the one that remains.
    """
    regrouped: dict[str, str] = {}
    moved: set[str] = set()
    for given_up in sorted({*before, *after}):
        was, now = before.get(given_up, given_up), after.get(given_up, given_up)
        if was != now:
            moved |= {given_up, was, now}
            regrouped |= dict.fromkeys((was, now), "merged" if given_up in after else "unmerged")
    changed = pl.concat([pl.Series("patient_id", sorted(moved), dtype=pl.String), *identifiers])
    changed = changed.drop_nulls().unique()
    remaining = changed.replace(dict(after)).unique().sort() if after else changed.sort()
    gone = changed.filter(~changed.is_in(remaining.implode())).sort()
    return Affected(remaining, gone, regrouped)
