"""The lock of a home: who holds it, and what is left of a run that ended without a word.

The kernel holds the lock (HOME/lock) and drops it with its process, so a lock file that a killed run left behind is taken
over; its text only says whom to look for.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flows.errors import HomeLockedError, UsageError

log = logging.getLogger("hemacohort")
ENDED_WITHOUT_A_WORD = "ended without a word: it was killed, ran out of memory, or the machine stopped"
_NOBODY_KNOWN = "another process, such as a backup"
_LONGEST_LOOK_SECONDS = 0.5


@contextmanager
def held(root: Path) -> Iterator[str | None]:
    """Hold the home for one run; yields what the lock says of an earlier run that was killed, None where none was.

    HomeLockedError while another living process holds it, UsageError where it is another user's.
    """
    handle = _open(root)
    try:
        holder = _take(handle)
        if holder:
            log.warning(
                "The run before (%s) %s. What it left is removed before the next night begins; if memory ran out, raise "
                "--buckets or lower the setting workers.",
                holder,
                ENDED_WITHOUT_A_WORD,
            )
        os.ftruncate(handle, 0)
        os.pwrite(
            handle, f"process {os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n".encode(), 0
        )
        try:
            yield holder or None
        finally:
            os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def check_lock(root: Path) -> None:
    """Raise HomeLockedError while another living process holds the home; a killed run's word stays in the lock."""
    handle = _open(root)
    try:
        _take(handle)
    finally:
        os.close(handle)


def look(root: Path) -> tuple[bool, str]:
    """Whether a living process holds the home, and who does; else what a run left that ended without a word.

    Nothing is changed, so that a read-only home may be looked at. (False, "") where the lock is not this user's to
    read, or not there.
    """
    try:
        handle = os.open(root / "lock", os.O_RDONLY)
    except OSError:
        return False, ""
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True, _living(_text(handle))
    else:
        return False, _text(handle)
    finally:
        os.close(handle)


def not_ours(root: Path) -> UsageError:
    """Why a home cannot be written."""
    if os.statvfs(root).f_flag & os.ST_RDONLY:
        return UsageError(f"{root} is on a file system that is mounted read-only.")
    return UsageError(
        f"This user may not write to {root}; only its owner can run nights, roll back and prune."
    )


def _open(root: Path) -> int:
    try:
        return os.open(root / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        if isinstance(error, PermissionError) or error.errno == errno.EROFS:
            raise not_ours(root) from None
        raise


def _take(handle: int) -> str:
    """Take the lock; returns what is written in it, by a run that did not live to take it back."""
    until = time.monotonic() + _LONGEST_LOOK_SECONDS
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() < until:  # somebody may only look (``look``), for no time at all
                time.sleep(0.02)
                continue
            raise HomeLockedError(
                f"Another run holds this home ({_living(_text(handle))}); wait for it, or end that process if it hangs."
            ) from None
        return _text(handle)


def _text(handle: int) -> str:
    return os.pread(handle, 200, 0).decode(errors="replace").strip()


def _living(text: str) -> str:
    """Who holds the lock, from its text, which is a dead run's where the holder writes none (``flock HOME/lock cp …``)."""
    if not text:
        return _NOBODY_KNOWN
    named = re.match(r"process (\d{1,9}) ", text)
    if named is not None:
        try:
            os.kill(int(named[1]), 0)
        except ProcessLookupError:
            return f"{_NOBODY_KNOWN}; {text} is not on this machine"
        except PermissionError:
            pass  # another user's, and alive
    return text
