"""Who may read a home: its owner, and, where the setting names one, a group of analysts, who see published nights only."""

from __future__ import annotations

import grp
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.errors import UsageError
from flows.home import Home

_OPEN_TO_GROUP = {"nights", "published", "format"}


@contextmanager
def private_files() -> Iterator[None]:
    """What is made inside is readable by its owner only."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def check_group(home: Home, group: str | None) -> None:
    """Raise UsageError unless this process can give files to the group and keep the rest of the home from it."""
    if group is None:
        return
    number = _number(group)
    if os.geteuid() != 0 and number not in (*os.getgroups(), os.getegid()):
        raise UsageError(f"analysts_group: this user is not in the group {group}, and cannot give it files.")
    for path in _kept_from_group(home):
        if not _is_ours(path) and _may_read(number, path):
            raise UsageError(
                f"analysts_group: {path} is another user's, and the group {group} could read it; take its rights away "
                "(chmod) or remove it."
            )


def share(home: Home, night: Path, group: str | None) -> None:
    """Let the group read a night that is about to be published, and nothing else of the home.

    Without a group nothing is done. Settings, logs, the lock, stored rows and Prefect's folder stay the owner's.
    """
    if group is None:
        return
    number = _number(group)
    for place, _, files in os.walk(night):
        _give(Path(place), number, 0o750)
        for name in files:
            _give(Path(place, name), number, 0o640)
    for path in _kept_from_group(home):
        # not settings that root wrote, nor the lost+found of a file system; ``check_group`` looked at them
        if _is_ours(path):
            path.chmod(0o700 if path.is_dir() else 0o600)
    _give(home.root / "format", number, 0o640)
    _give(home.nights, number, 0o750)
    _give(home.root, number, 0o750)


def _kept_from_group(home: Home) -> list[Path]:
    """What lies in the home and is not for the group."""
    return [path for path in home.root.iterdir() if path.name not in _OPEN_TO_GROUP and not path.is_symlink()]


def _is_ours(path: Path) -> bool:
    return os.geteuid() in (0, path.stat().st_uid)


def _may_read(group: int, path: Path) -> bool:
    """Whether the group may read the file, or list the folder or enter it."""
    found = path.stat()
    return bool((found.st_mode >> 3 if found.st_gid == group else found.st_mode) & 0o5)


def _give(path: Path, group: int, mode: int) -> None:
    os.chown(path, -1, group)
    path.chmod(mode)


def _number(group: str) -> int:
    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        raise UsageError(f"The setting analysts_group is wrong: there is no group {group[:40]!r}.") from None
