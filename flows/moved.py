"""A home that lies at another path than where its nights were published: restored, renamed, or on another disk.

The views of a night's DuckDB file name their pieces by full path, so that any DuckDB client can open it from anywhere.
Everything else in a home is named relative to it.
"""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from flows.duck import opened
from flows.errors import HomeLockedError, UsageError
from flows.home import Home
from flows.permissions import private_files
from flows.sql import statement
from flows.warehouse import DATABASE, build_warehouse, place_in_views


def in_place(home: Home, night: Path) -> Path:
    """The night, whose views name their pieces where they lie; after a move they are made anew, of all nights.

    UsageError where that is not this user's to do, and while a run, which does it too, holds the home.
    """
    if not _lies_elsewhere(night):
        return night
    try:
        with home.lock(), private_files():
            settle_all(home)
    except (OSError, HomeLockedError, UsageError):
        raise UsageError(
            f"{home.root} was moved since its nights were published, and their views still name the old place; "
            "the next `hemacohort run` of its owner, or `hemacohort status`, mends them where it may write. "
            "`hemacohort export` makes one file that can be asked as it is."
        ) from None
    if _lies_elsewhere(night):
        raise UsageError(
            f"{home.root} was moved since this night was published by another version of hemacohort, and its views name "
            "the old place; the next `hemacohort run` publishes one that can be asked, or move the home back."
        )
    return night


def settle_all(home: Home) -> int:
    """Make the DuckDB files of a moved home's nights anew; how many. Only the holder of the lock may call this.

    Readers of an old file keep it. A night of another version, whose tables have not the columns of this one's views, stays
    as it is; nights to come do not read it. The night in force comes last, so that it tells whether all is done.
    """
    in_force = home.last()
    if in_force is None or not _lies_elsewhere(in_force):
        return 0
    past = [folder for folder in home.past.iterdir() if folder.is_dir()] if home.past.is_dir() else []
    others = [folder for folder in (*home.finished(), *past) if folder.resolve() != in_force]
    moved = [folder for folder in (*others, in_force) if _lies_elsewhere(folder)]
    made = 0
    for night in moved:
        before = (night / DATABASE).stat()
        part = night / f".{DATABASE}.part"
        try:
            build_warehouse(night, part)
            os.chown(part, -1, before.st_gid)
            part.chmod(before.st_mode & 0o777)
            part.replace(night / DATABASE)
            made += 1
        except duckdb.Error:
            continue
        finally:
            part.unlink(missing_ok=True)
            part.with_name(part.name + ".wal").unlink(missing_ok=True)
    return made


def _lies_elsewhere(night: Path) -> bool:
    if not (night / DATABASE).is_file():
        return False
    with opened(night / DATABASE, read_only=True) as connection:
        row = connection.execute(
            statement("warehouse/elsewhere"), {"place": place_in_views(night)}
        ).fetchone()
    return row is not None and row[0] > 0
