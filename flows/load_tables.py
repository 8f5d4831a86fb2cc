"""Tables about a load: its files, the tests that no rule reads, and why patients are judged again."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl

from flows.derive import Derived
from flows.generations import pieces_of
from flows.loading import Loaded
from flows.tables import inherit_table, write_table
from schemas.tables import INPUT_FILE, UNMAPPED_CODE, UNMAPPED_TEXTS, empty, shaped
from transforms.affected_patients import Affected
from transforms.ledger_causes import causes_of_merges, causes_of_results, causes_of_tables, first_causes


def write_files_and_codes(
    build: Path, night: Path | None, loaded: Loaded, derived: Derived, *, everybody: bool
) -> None:
    """Write the table of input files, with tonight's, and the tests that no rule reads, a piece for each load.

    night: the folder of the last night, None where there is none. everybody: whether all loads were derived again.
    Raises CheckError where the rows of a file do not add up.
    """
    tonight = loaded.tally.finish(loaded.load.number, loaded.load.loaded_at)
    earlier = (
        pl.read_parquet(night / "tables" / "input_file" / "*.parquet")
        if night is not None
        else empty(INPUT_FILE)
    )
    write_table(build, "input_file", "all", pl.concat([shaped(earlier, INPUT_FILE), tonight]))
    if everybody:
        shutil.rmtree(build / "tables" / "unmapped_code", ignore_errors=True)
    else:
        inherit_table("unmapped_code", night, build)
    unmapped = unmapped_codes(derived)
    numbers = {loaded.load.number, *(unmapped["load"].unique() if everybody else ())}
    for number in sorted(numbers):
        of_load = unmapped.filter(pl.col("load") == number)
        write_table(build, "unmapped_code", f"{number:06d}", of_load)


def unmapped_codes(derived: Derived) -> pl.DataFrame:
    """The rows that no rule reads (``schemas.tables.UNMAPPED_CODE``), of all buckets together; sorted, load by load."""
    keys = ["load", *UNMAPPED_TEXTS, "bin"]
    counted = derived.unmapped.group_by(keys).agg(pl.col("rows").sum())
    return shaped(counted.sort(keys, nulls_last=True), UNMAPPED_CODE)


def write_causes(build: Path, loaded: Loaded, affected: Affected, generation: int) -> None:
    """Write why each patient about whom something is new is judged again, for the ledger. generation: tonight's."""
    pieces = pieces_of(build / "tables", "lab_result").get(generation, [])
    tonight = (pl.col("loaded_at") == loaded.load.loaded_at) | (
        pl.col("superseded_at") == loaded.load.loaded_at
    )
    results = pl.scan_parquet(pieces, glob=False).filter(
        tonight & pl.col("patient_id").is_in(affected.patients.implode())
    )
    sent = loaded.sent.replace(dict(loaded.merges)) if loaded.merges else loaded.sent
    added = loaded.added
    found = [
        causes_of_results(results.collect(engine="streaming"), sent, loaded.load.loaded_at),
        causes_of_tables(added.patients, added.events, added.coverage, loaded.merges),
        causes_of_merges(affected.regrouped),
    ]
    folder = build / "tables" / "cause"
    folder.mkdir(parents=True, exist_ok=True)
    first_causes(found).write_parquet(folder / "all.parquet")
