"""The nights a home keeps: going back to an earlier one, and removing those that are no longer wanted."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from flows import settings
from flows.audit import nights_before
from flows.errors import UsageError
from flows.home import Home
from flows.logs import logged
from flows.manifest import read_manifest
from flows.moved import settle_all
from flows.permissions import check_group, private_files, share
from flows.retention import Shed, shed_superseded


@dataclass(frozen=True)
class Pruning:
    """What a pruning removes.

    nights: published nights, past: past nights made again. kept: published nights that stay. freed: bytes that come
    free of both and of the store; pieces that nights to be kept share are not among them. shed: what goes of superseded
    rows, where that was asked for; its bytes are not among ``freed``. newer: those of ``nights`` that came after the
    night in force, to which a rollback went back. read: how many of ``kept`` stay only because somebody has them open.
    """

    nights: tuple[str, ...]
    past: tuple[str, ...]
    kept: tuple[str, ...]
    freed: int
    shed: Shed | None = None
    newer: tuple[str, ...] = ()
    read: int = 0


def roll_back(root: Path, run: str | None) -> tuple[str, str]:
    """Put an earlier night in force, atomically and under the home's lock; returns (run left, run gone back to).

    run: the night wanted; by default the one that was in force before. Readers see it from the moment of
    the swap; the night left stays until it is pruned. The log of the home records it. Raises UsageError for a night
    that is not kept or is in force already, HomeLockedError while a run holds the home.
    """
    home = Home(root.absolute())
    home.night()  # a home without a night is refused before its settings are looked at
    chosen = settings.load(home.root)
    check_group(home, chosen.analysts_group)
    with home.lock():
        now = home.night().name
        kept = [folder.name for folder in home.finished()]
        wanted = run or _before(home.nights / now, kept)
        if wanted is None:
            raise UsageError(f"{home.root} keeps no night before {now}.")
        if wanted not in kept:
            raise UsageError(f"{home.root} keeps no night {wanted[:40]!r}; it keeps {', '.join(kept)}.")
        if wanted == now:
            raise UsageError(f"The night {now} is in force already.")
        with logged(home.logs, now) as log:
            settle_all(home)
            share(home, home.nights / wanted, chosen.analysts_group)
            home.publish(wanted)
            log.event("rolled back", to=wanted)
    return now, wanted


def _before(night: Path, kept: Sequence[str]) -> str | None:
    """The kept night that was in force before this one; None where none is kept. kept: the oldest first.

    A finished night may never have been in force (a kill just before the swap). A night of a version that kept no checks
    goes by what is kept.
    """
    in_force_before = [name for name in nights_before(night) if name in kept]
    older = kept[: kept.index(night.name)] if night.name in kept else ()
    return next(iter([*reversed(in_force_before), *reversed(older)]), None)


def prune(root: Path, keep: int | None, *, dry: bool, superseded_before: date | None = None) -> Pruning:
    """Remove all but the newest ``keep`` nights (default: the setting keep_nights) and the one in force, likewise past
    nights that were made again, and what was superseded before a day.

    superseded_before: None leaves what was superseded. dry: only say what would go. Raises UsageError for a folder
    without a night and for a day that has not come yet, HomeLockedError while a run holds the home.
    """
    home = Home(root.absolute())
    home.night()
    chosen = settings.load(home.root, keep_nights=keep)
    tomorrow = datetime.now(UTC).astimezone(chosen.zone).date() + timedelta(days=1)
    if superseded_before is not None and superseded_before > tomorrow:
        raise UsageError(f"--superseded-before can be {tomorrow} at the latest (everything known now).")
    with home.lock(), private_files():
        going = home.beyond(chosen.keep_nights)
        past = home.past_beyond(chosen.keep_nights)
        finished = home.finished()
        kept = [folder for folder in finished if folder not in going]
        in_force = next((n for n, folder in enumerate(finished) if folder.resolve() == home.night()), 0)
        newer = [folder for folder in finished[in_force + 1 :] if folder in going]
        freed = _freed([*going, *past]) + _freed_of_store(home, [folder.name for folder in kept])
        if not dry and (going or past):
            with logged(home.logs, home.night().name) as log:
                home.prune(chosen.keep_nights)
                home.remove(past)
                log.event("pruned", nights=len(going), past_nights=len(past), bytes=freed)
        if not dry:
            home.clear_store()
        shed = None
        if superseded_before is not None:
            with logged(home.logs, home.night().name) as log:
                shed = shed_superseded(home, kept, superseded_before, dry=dry)
                if not dry:
                    log.event(
                        "superseded rows removed",
                        rows=shed.copies + shed.replaced,
                        rows_of_patients=shed.patients,
                        bytes=shed.freed,
                    )
    return Pruning(
        tuple(folder.name for folder in going),
        tuple(folder.name for folder in past),
        tuple(folder.name for folder in kept),
        freed,
        shed,
        newer=tuple(folder.name for folder in newer),
        read=max(0, len(kept) - chosen.keep_nights),
    )


def _freed(folders: Sequence[Path]) -> int:
    """Bytes whose last link goes with the folders."""
    links: Counter[tuple[int, int]] = Counter()
    files: dict[tuple[int, int], os.stat_result] = {}
    for folder in folders:
        for place, _, names in os.walk(folder):
            for name in names:
                found = Path(place, name).lstat()
                links[found.st_dev, found.st_ino] += 1
                files[found.st_dev, found.st_ino] = found
    return sum(found.st_size for key, found in files.items() if links[key] >= found.st_nlink)


def _freed_of_store(home: Home, kept: Sequence[str]) -> int:
    """Bytes of the stored rows that no night to be kept rests on."""
    manifests = [read_manifest(home.nights / name) for name in kept]
    named = {piece.path for manifest in manifests if manifest is not None for piece in manifest.pieces}
    files = [path for path in home.store.rglob("*") if path.is_file()]
    return sum(path.stat().st_size for path in files if path.relative_to(home.store).as_posix() not in named)
