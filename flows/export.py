"""``hemacohort export``: a published night as one portable DuckDB file."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from flows.duck import opened
from flows.errors import UsageError
from flows.home import Home
from flows.sql import statement
from flows.warehouse import build_warehouse


def export_night(root: Path, file: Path) -> int:
    """Write the published night of the home at ``root`` into one DuckDB file that needs no other; tables
    counted.

    Every large table is copied into the file; the views over them stay views. An earlier export is replaced in one step.
    UsageError for an empty home, a folder that does not exist, a file inside the home, and one that holds anything else.
    """
    night = Home(root.absolute()).night()
    target = file.absolute()
    if not target.parent.is_dir():
        raise UsageError(f"The folder {target.parent} does not exist.")
    if target.is_dir():
        raise UsageError(f"{target} is a folder; name a file.")
    if target.resolve().is_relative_to(root.resolve()):
        raise UsageError("The file would lie inside the home; name one outside of it.")
    if target.exists() and target.stat().st_size and not _is_export(target):
        raise UsageError(f"{target} exists and is no earlier export; remove it, or name another file.")
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.touch()
        part.unlink()
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}.") from None
    try:
        tables = build_warehouse(night, part, self_contained=True)
        part.replace(target)
    except duckdb.IOException as error:
        if "No files found" not in str(error):
            raise
        raise UsageError(
            "The night was made by an older hemacohort and lacks a table of this one; run one more night first."
        ) from None
    finally:
        part.unlink(missing_ok=True)
        part.with_name(part.name + ".wal").unlink(missing_ok=True)
    return tables


def _is_export(file: Path) -> bool:
    """Whether a file holds a night, which another may replace."""
    try:
        with opened(file, read_only=True) as connection:
            columns = connection.execute(statement("warehouse/columns")).fetchall()
    except duckdb.Error:
        return False
    return ("run", "run", "run_id") in columns
