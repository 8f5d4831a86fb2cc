"""A home whose nights' DuckDB files cannot be asked as they are: moved since they were published, or of a newer DuckDB.

The views of a night's DuckDB file name their pieces by full path, so that any DuckDB client can open it from anywhere.
Everything else in a home is named relative to it. The file holds views and comments only: whatever is the matter with it,
it is made anew from the night's pieces.
"""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from flows.duck import opened
from flows.errors import HomeLockedError, UsageError
from flows.failures import full_disk
from flows.home import DATABASE, Home
from flows.permissions import private_files
from flows.sql import statement
from flows.warehouse import build_warehouse, place_in_views


def in_place(home: Home, night: Path) -> Path:
    """The night, with a DuckDB file that can be queried; after a move, or a newer DuckDB, those of all nights are rebuilt.

    UsageError where this user may not write there, and while a run, which rebuilds them too, holds the home.
    """
    matter = _matter(night)
    if matter is None:
        return night
    try:
        with home.lock(), private_files():
            settle_all(home)
    except (OSError, HomeLockedError, UsageError):
        raise UsageError(
            f"{home.root} {matter}. The next `hemacohort run` or `hemacohort status` by a user who may write there repairs "
            "that. To query a copy instead, `hemacohort export` writes a single file that does not depend on its place."
        ) from None
    if _matter(night) is not None:
        raise UsageError(
            f"{home.root} {matter}, and this night is of another version of hemacohort. Run another night, or undo the "
            "change."
        )
    return night


def settle_all(home: Home) -> int:
    """Rebuild the DuckDB files that cannot be queried, and return how many. Only the holder of the lock may call this.

    Readers that have an old file open keep it. A night written by another version, whose tables lack columns that this
    version's views need, is left as it is; later nights do not read it. The night in force comes last: once its file is
    rebuilt, all of them are.
    """
    in_force = home.last()
    if in_force is None or _matter(in_force) is None:
        return 0
    past = [folder for folder in home.past.iterdir() if folder.is_dir()] if home.past.is_dir() else []
    others = [folder for folder in (*home.finished(), *past) if folder.resolve() != in_force]
    moved = [folder for folder in (*others, in_force) if _matter(folder) is not None]
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
        except duckdb.Error as error:
            if full_disk(error):  # which no other night will have room for either
                raise
            continue
        finally:
            part.unlink(missing_ok=True)
            part.with_name(part.name + ".wal").unlink(missing_ok=True)
    return made


def _matter(night: Path) -> str | None:
    """What keeps a night's DuckDB file from being asked, as the end of a sentence about the home, else None."""
    if not (night / DATABASE).is_file():
        return None
    try:
        with opened(night / DATABASE, read_only=True) as connection:
            row = connection.execute(
                statement("warehouse/elsewhere"), {"place": place_in_views(night)}
            ).fetchone()
    except duckdb.IOException as error:
        if "version number" not in str(error):
            raise
        return f"was last written with a newer DuckDB than the one at hand ({duckdb.__version__}), which cannot read it"
    if row is not None and row[0] > 0:
        return "was moved since its nights were published, and their views still name the old place"
    return None
