"""Recall: every patient's tables as they were known at an earlier time, from what the store keeps of each load."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import polars as pl

from flows.derive import derive, known_of
from flows.errors import UsageError
from flows.load_tables import unmapped_codes
from flows.loading import TABLES_OF_LOADS, Arrival, NightBefore
from flows.manifest import Manifest
from flows.missing_units import write_missing_units
from flows.staging import bucket_count, division
from flows.tables import inherit_table, write_table
from schemas.tables import INPUT_FILE, shaped


def recall(
    build: Path, night_before: NightBefore, arrival: Arrival, moment: datetime
) -> tuple[Manifest, datetime | None]:
    """Write the tables of generations.LAB as they were known at a local time (moment).

    Returns the home's state at that time and the newest collection time, None if there is none.

    Nothing is loaded. Raises UsageError for a home that knew nothing at that time, for one that has since been pruned
    too far, and for one whose patients no night has yet divided the way this version does; CheckError if rows are lost.
    """
    now, night = night_before.manifest, night_before.folder
    then = None if now is None else now.known_at(moment)
    if now is None or then is None or night is None:
        raise UsageError(f"This home knew nothing yet at {moment:%Y-%m-%d %H:%M}.")
    if now.lab_basis.get("division") != division():
        raise UsageError(
            "This home was last written with another version of a library, which divides patients differently; run a night first."
        )
    newest_load = then.load
    if newest_load < now.forgotten:
        raise UsageError(
            f"This home can be shown as it was known from {now.whole_since} on, not at {moment:%Y-%m-%d %H:%M}: "
            "what had been superseded before then was removed (hemacohort prune)."
        )
    known = known_of(night_before.store, then.pieces, then.merges, then.slices, then.loads, arrival)
    decisions = write_missing_units(known.raw, known.reading, build, arrival)
    known = replace(known, reading=replace(known.reading, units=decisions.units))
    derived = derive(
        build,
        known,
        generation=1,
        buckets=bucket_count(known.raw.count(), arrival.buckets),
        only=None,
        first_contact=None,
    )
    for table in TABLES_OF_LOADS:
        inherit_table(table, night, build, newest_load)
    files = pl.read_parquet(night / "tables" / "input_file" / "*.parquet")
    write_table(build, "input_file", "all", shaped(files.filter(pl.col("load") <= newest_load), INPUT_FILE))
    write_table(build, "unmapped_code", "all", unmapped_codes(derived))
    write_table(build, "code_map", "all", arrival.code_map.table())
    return then.model_copy(update={"number": 1}), derived.newest
