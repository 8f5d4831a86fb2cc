"""Whether a night has room: what it may write, against what is free where the home is."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path, PurePosixPath

from flows.errors import CheckError
from flows.home import Home
from flows.manifest import read_manifest
from flows.settings import Settings

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
# What a byte of the extract becomes at most while a night is built, pieces and spilled sorts together: text is
# staged and written again as results, evidence and findings; packed files hold about ten times their size.
_PER_BYTE = {".gz": 30, ".parquet": 12}
_PER_BYTE_OF_TEXT = 4
_AT_LEAST = 200 * 10**6  # the warehouse, the report, workbooks and the log of any night


def check_free_disk(home: Home, extract: Path | None, settings: Settings) -> None:
    """Raise CheckError (nothing is published) if the disk of the home has less room than a night may need.

    The need is the setting ``free_disk``, or, where that is ``auto``, what the files of the extract that are new may
    become, plus a whole copy of the night in force. extract: None for a past night, which reads none.
    """
    wanted = settings.free_disk
    need = _estimate(home, extract) if wanted == "auto" else amount_of_bytes(wanted)
    free = shutil.disk_usage(home.root).free
    if free < need:
        raise CheckError(
            "free_disk",
            f"the night may need {in_words(need)} of disk in {home.root}, but only {in_words(free)} is free. Free some space, "
            "prune nights (hemacohort prune), or say in the setting free_disk how much a night needs (0: no check).",
        )


def amount_of_bytes(text: str) -> int:
    """Bytes of an amount such as 20GB or 0, as the settings let it through."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?) ?([KMGT]?)B?", text, re.IGNORECASE)
    assert match is not None
    return int(float(match.group(1)) * _UNITS[match.group(2).upper()])


def in_words(size: int) -> str:
    """Bytes for a person."""
    for unit, name in ((10**12, "TB"), (10**9, "GB"), (10**6, "MB")):
        if size >= unit:
            return f"{size / unit:,.1f} {name}"
    return f"{size / 1000:,.1f} kB"


def size_of(folder: Path) -> int:
    """Bytes of the files in a folder; a file that goes meanwhile counts nothing."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_size  # noqa: PTH118  a Path an entry is slow
            except OSError:
                continue
    return total


def _estimate(home: Home, extract: Path | None) -> int:
    loaded = _loaded(home)
    need = _AT_LEAST
    for place, _, names in os.walk(extract) if extract is not None else ():
        for name in names:
            file = Path(place, name)
            if file.is_file() and (name, size := file.stat().st_size) not in loaded:
                need += size * _PER_BYTE.get(file.suffix.lower(), _PER_BYTE_OF_TEXT)
    return need + (size_of(home.published.resolve()) if home.published.exists() else 0)


def _loaded(home: Home) -> set[tuple[str, int | None]]:
    """Name and bytes of files loaded before; near enough for an estimate."""
    manifest = read_manifest(home.published.resolve()) if home.published.exists() else None
    if manifest is None:
        return set()
    return {(PurePosixPath(file.name).name, file.bytes) for load in manifest.loads for file in load.files}
