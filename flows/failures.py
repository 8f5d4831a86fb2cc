"""What is kept of a failure nobody foresaw: where it happened, without any text that may come from a patient's row."""

from __future__ import annotations

import errno
import os
import platform
import re
import shutil
import traceback
from datetime import UTC, datetime
from pathlib import Path

from flows.errors import HemacohortError
from flows.file_names import without_names

_FROM_DATA = re.compile(r"""(["'`]).*?\1|\[.*?\]|\d[\d.,:-]*""", re.DOTALL)
_LONGEST = 2000
_HARDLY_ANYTHING = 200_000  # bytes
NO_MEMORY = (
    "Memory ran out; the published night is unchanged. Run again with more --buckets, with the setting workers at 1, or "
    "on a machine with more memory (--memory-limit is the part that DuckDB may use)"
)


# A file on a network that was away, a disk that stumbled: worth another try. A full disk, a missing file or a
# missing right is the same a moment later.
_PASSING = {
    errno.EIO,
    errno.EAGAIN,
    errno.EBUSY,
    errno.EINTR,
    errno.ESTALE,
    errno.ETIMEDOUT,
    errno.ECONNRESET,
    errno.ECONNABORTED,
    errno.EHOSTDOWN,
    errno.EHOSTUNREACH,
    errno.ENETDOWN,
    errno.ENETRESET,
    errno.ENETUNREACH,
    errno.EREMOTEIO if hasattr(errno, "EREMOTEIO") else errno.EIO,
}


class UnforeseenError(HemacohortError):
    """A failure nobody foresaw; its log file is named in the message.

    may_pass: whether reading or writing a file failed in a way that trying again can help.
    """

    exit_code = 1
    may_pass = False


def unforeseen(logs: Path, error: BaseException, extract: Path | None = None) -> UnforeseenError:
    """Write the log file of a failure into ``logs`` and return the error that names it.

    Messages of libraries quote the values they choke on, so quoted texts, lists and numbers are left out; the
    lines of code and the kinds of error stay. extract: the folder whose files' names are left out as well.
    """
    now = datetime.now(UTC)
    lines = [f"hemacohort failure, {now:%Y-%m-%d %H:%M:%S} UTC, Python {platform.python_version()}"]
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in chain:
        chain.append(current)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    for link in reversed(chain):
        lines += ["", *(text.rstrip("\n") for text in traceback.format_tb(link.__traceback__))]
        text = str(link) if extract is None else without_names(str(link), extract)
        lines.append(f"{type(link).__module__}.{type(link).__qualname__}: {masked(text)}")
    path = logs / f"failure-{now:%Y%m%dT%H%M%S}-{os.getpid()}.log"
    sentence = f"An unexpected error occurred ({_kind(error)})"
    if any(full_disk(link) for link in chain) or _without_room(logs):
        sentence = "The disk is full; the published night is unchanged. Make room and run again"
    elif any(_no_memory(link) for link in chain):
        sentence = NO_MEMORY
    failure = UnforeseenError(f"{sentence}; the log is {path}.")
    try:
        logs.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        path.chmod(0o600)
    except OSError:
        failure = UnforeseenError(f"{sentence}; no log could be written.")
    failure.may_pass = isinstance(error, OSError) and error.errno in _PASSING
    return failure


def full_disk(error: BaseException) -> bool:
    """Whether the system, or a library in its own words, says that there is no room."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    return any(os.strerror(number) in str(error) for number in (errno.ENOSPC, errno.EDQUOT))


def _without_room(logs: Path) -> bool:
    """Whether nothing is left of the home's disk: a library may only say that a file did not come out as it should."""
    try:
        return shutil.disk_usage(logs).free < _HARDLY_ANYTHING
    except OSError:
        return False


def _kind(error: BaseException) -> str:
    """The kind of an error, and what the system or the reader can do about it; never the error's own text."""
    name = type(error).__name__
    if isinstance(error, OSError) and error.errno is not None:
        return f"{name}: {os.strerror(error.errno)}"  # such as a full disk
    return name


def _no_memory(error: BaseException) -> bool:
    """Whether Python, DuckDB or the system ran out of memory. Polars cannot say so: its process ends at once."""
    if isinstance(error, MemoryError) or "OutOfMemory" in type(error).__name__:
        return True
    return os.strerror(errno.ENOMEM) in str(error)  # such as a library that cannot be loaded


def masked(message: str) -> str:
    """A library's message without quoted texts, lists and numbers."""
    return _FROM_DATA.sub("…", message[:_LONGEST])
