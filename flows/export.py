"""``hemacohort export``: a published night as one portable DuckDB file."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from flows.errors import UsageError
from flows.home import Home
from flows.warehouse import build_warehouse


def export_night(root: Path, file: Path) -> int:
    """Write the published night of the home at ``root`` into one DuckDB file that needs no other; tables
    counted.

    Every large table is copied into the file; the views over them stay views. An existing file is replaced in
    one step. UsageError for an empty home, a folder that does not exist, and a file inside the home.
    """
    night = Home(root.absolute()).night()
    target = file.absolute()
    if not target.parent.is_dir():
        raise UsageError(f"The folder {target.parent} does not exist.")
    if target.is_dir():
        raise UsageError(f"{target} is a folder; name a file.")
    if target.resolve().is_relative_to(root.resolve()):
        raise UsageError("The file would lie inside the home; name one outside of it.")
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
