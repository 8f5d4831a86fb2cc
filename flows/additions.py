"""Patients to whom a night only adds results: what is known of their earlier rows stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from flows.generations import current
from flows.manifest import RawPiece
from flows.store import RawRows
from schemas.tables import CONTACT, empty
from transforms.affected_patients import only_added

_KEYS = ("patient_id", "collected_at", "result_id")


@dataclass(frozen=True)
class SomePatients:
    """The patients whom a night affects.

    reread: patients whose rows are all read again. added: patients to whose results the night only adds. rows:
    tonight's raw rows of the latter, and those that name no patient. contacts: the earlier spans of contact of the
    latter (``schemas.tables.CONTACT``).
    """

    reread: pl.Series
    added: pl.Series
    rows: pl.LazyFrame
    contacts: pl.DataFrame


def some_patients(
    raw: RawRows,
    new: Sequence[RawPiece],
    earlier: Path,
    patients: pl.Series,
    moved: pl.Series,
    timezone: str,
) -> SomePatients:
    """Divide the patients whom a night affects by whether tonight's rows have to do with earlier ones.

    raw: all rows. new: pieces with tonight's rows alone. earlier: the tables of the last night. patients: identifiers
    that remain. moved: those whose earlier rows are read otherwise than before, whatever came tonight, and every
    identifier that a merge concerns.
    """
    candidates = patients.filter(~patients.is_in(moved.implode()))
    tonight = replace(raw, pieces=new)
    pieces = [piece for piece in raw.pieces if piece not in new]
    before = replace(raw, pieces=pieces, newest_load=raw.newest_load - 1)
    came = tonight.received(candidates).select(_KEYS).collect(engine="streaming")
    sent = came["patient_id"].unique()
    was = before.received(sent).select(_KEYS).collect(engine="streaming")
    unsent = candidates.filter(~candidates.is_in(sent.implode()))
    added = pl.concat([only_added(came, was, timezone=timezone), unsent]).sort()
    of_added = pl.col("patient_id").is_null() | pl.col("patient_id").is_in(added.implode())
    contacts = current(earlier, "contact", added)
    return SomePatients(
        patients.filter(~patients.is_in(added.implode())),
        added,
        tonight.rows().filter(of_added),
        empty(CONTACT) if contacts is None else contacts.collect(engine="streaming"),
    )
