"""A home: the folder in which one population's nights are built, kept and published.

HOME/format            version of this layout
HOME/hemacohort.toml   settings, if a person wrote them
HOME/code_map.csv      what the site's own codes stand for, if a person wrote it
HOME/extract/          the extract of a demo
HOME/lock              held by the running night; names its process
HOME/store/RUN/        what each night brought, every row as it was received
HOME/past/RUN/         past nights made again on request
HOME/work/RUN/         the private folder of a night being built
HOME/nights/RUN/       nights; one without run.json was never finished
HOME/published         symbolic link to the night in force
HOME/logs/             a JSON line an event of each day, and log files of unforeseen failures
HOME/serving           held by the process that serves the home's nights; names it
HOME/prefect/          Prefect's own files, unless the person named another folder
HOME/checks/           what failed, where a blocking check kept the last run from being published
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flows import home_lock
from flows.errors import NewerHomeError, UsageError
from flows.loading import NightBefore
from flows.manifest import night_number, read_manifest
from flows.store import clear_store

FORMAT = 2  # 1: nights without a store; the first night on such a home loads everything its extract holds
RUN_FILE = "run.json"
DATABASE = "hemacohort.duckdb"  # of a night
# What a folder may hold before it is a home.
_MAY_COME_FIRST = {"hemacohort.toml", "code_map.csv", "extract", "lost+found", ".DS_Store"}


@dataclass(frozen=True)
class Home:
    """Paths of a home."""

    root: Path

    @property
    def work(self) -> Path:
        return self.root / "work"

    @property
    def store(self) -> Path:
        return self.root / "store"

    @property
    def nights(self) -> Path:
        return self.root / "nights"

    @property
    def past(self) -> Path:
        """Past nights as they were known at a time, made again on request."""
        return self.root / "past"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def failed_checks(self) -> Path:
        return self.root / "checks" / "failed.json"

    def create(self) -> None:
        """Make the folders; readable by their owner only, for they hold patient data.

        Raises NewerHomeError if a newer hemacohort wrote the home, UsageError if the folder is used for
        something else or is another user's.
        """
        self.check_format()
        if set("*?[\\") & set(str(self.root)):
            raise UsageError(
                f"{self.root}: the path of a home may not contain *, ?, [ or a backslash, which are read as patterns."
            )
        mark = self.root / "format"
        if self.root.exists() and not mark.exists():
            if not self.root.is_dir():
                raise UsageError(f"{self.root} is a file, not a folder.")
            if {path.name for path in self.root.iterdir()} - _MAY_COME_FIRST:
                raise UsageError(
                    f"{self.root} is not empty and is not a hemacohort home; name another folder."
                )
        for folder in (self.root, self.work, self.store, self.nights, self.logs):
            if not folder.exists():
                try:
                    folder.mkdir(parents=True)
                except OSError as error:
                    raise UsageError(f"The folder {folder} cannot be created: {error.strerror}.") from None
                folder.chmod(0o700)
        if not mark.exists() or mark.read_text(encoding="utf-8").strip() != str(FORMAT):
            mark.write_text(f"{FORMAT}\n", encoding="utf-8")
            mark.chmod(0o600)
        if not os.access(self.logs, os.W_OK):
            raise home_lock.not_ours(self.root)

    def check_format(self) -> None:
        """Raise NewerHomeError if the home was written by a newer version."""
        mark = self.root / "format"
        if mark.is_file():
            text = mark.read_text(encoding="utf-8", errors="replace").strip()
            if not (text.isascii() and text.isdigit()) or int(text) > FORMAT:
                raise NewerHomeError(
                    f"{self.root} has layout version {text[:20] or '?'}, and this hemacohort knows up to "
                    f"{FORMAT}; update hemacohort."
                )

    def night(self) -> Path:
        """The published night, its link read once, so that a swap meanwhile does not matter.

        UsageError if none.
        """
        if not self.root.exists():  # a name mistyped: whoever made a night there would have two homes
            raise UsageError(f"There is no folder {self.root}.")
        self.check_format()
        if not self.published.is_symlink() or not self.published.exists():
            raise UsageError(f"{self.root} holds no published night yet; `hemacohort run` makes one.")
        return self.published.resolve(strict=True)

    def night_of(self, as_of: date | None) -> Path:
        """The newest kept night of a day, as it was known then; the published one where there is none, or for None.

        UsageError if nothing is published.
        """
        night = self.night()
        if as_of is None:
            return night
        kept = [night, *reversed(self.finished(readable=True))]
        manifests = ((folder, read_manifest(folder)) for folder in kept)
        return next((folder for folder, told in manifests if told is not None and told.as_of == as_of), night)

    def finished(self, *, readable: bool = False) -> list[Path]:
        """Folders of the finished nights, the oldest first: by number, for their names follow a clock that may be set back.

        readable: only those that this user may read; to an analyst, nights from before there was a group are closed.
        """
        if not self.nights.is_dir():
            return []
        folders = [f for f in self.nights.iterdir() if not readable or os.access(f, os.R_OK | os.X_OK)]
        finished = [folder for folder in folders if (folder / RUN_FILE).is_file()]
        return sorted(finished, key=lambda folder: (night_number(folder), folder.name))

    def clear_leftovers(self) -> None:
        """Remove what killed nights left behind. Only the holder of the lock may call this."""
        for path in self.work.iterdir():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        for folder in set(self.nights.iterdir()) - set(self.finished()):
            shutil.rmtree(folder, ignore_errors=True)
        self.clear_store()
        for folder in self.past.iterdir() if self.past.is_dir() else ():
            if not (folder / RUN_FILE).is_file():
                shutil.rmtree(folder, ignore_errors=True)
        for link in self.root.glob(".published-*"):
            link.unlink(missing_ok=True)

    def clear_store(self) -> None:
        """Remove the files of the store that no finished night rests on."""
        manifests = [read_manifest(folder) for folder in self.finished()]
        clear_store(self.store, [manifest for manifest in manifests if manifest is not None])

    def last(self) -> Path | None:
        """Folder of the published night; None where there is none yet."""
        return self.night() if self.published.exists() else None

    def night_before(self) -> NightBefore:
        """What the next night builds on: the published night, if its version kept a manifest."""
        night = self.last()
        manifest = read_manifest(night) if night is not None else None
        return NightBefore(self.store, night if manifest is not None else None, manifest)

    def publish(self, run_id: str) -> None:
        """Swap the published link to a finished night, atomically."""
        link = self.root / f".published-{run_id}"
        link.unlink(missing_ok=True)
        link.symlink_to(Path("nights") / run_id, target_is_directory=True)
        link.replace(self.published)

    def beyond(self, keep: int) -> list[Path]:
        """Finished nights that go when the newest ``keep`` stay, the one in force always among them.

        A night that a reader has open stays until the reader has finished with it.
        """
        in_force = self.published.resolve()
        others = [folder for folder in self.finished() if folder.resolve() != in_force]
        return [folder for folder in others[: max(0, len(others) - (keep - 1))] if not is_read(folder)]

    def past_beyond(self, keep: int) -> list[Path]:
        """Past nights made again that go when the newest ``keep`` stay, by their names; one that is read stays, too.

        Each has the number 1, so that the clock is all that tells their order. What goes can be made again.
        """
        made = sorted(folder for folder in self.past.iterdir()) if self.past.is_dir() else []
        return [folder for folder in made[: max(0, len(made) - keep)] if not is_read(folder)]

    def prune(self, keep: int) -> None:
        """Keep the newest nights, and always the one in force."""
        self.remove(self.beyond(keep))

    def remove(self, folders: Sequence[Path]) -> None:
        """Remove finished nights."""
        for folder in folders:
            # first of all, so that a kill halfway leaves a night to clear
            (folder / RUN_FILE).unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)

    def lock(self) -> AbstractContextManager[str | None]:
        """Hold the home for one run (``flows.home_lock.held``)."""
        return home_lock.held(self.root)

    def check_lock(self) -> None:
        """Raise HomeLockedError while another living process holds the home."""
        home_lock.check_lock(self.root)


def is_read(night: Path) -> bool:
    """Whether another process has the DuckDB file of a night open; DuckDB locks it for as long as it reads."""
    try:
        handle = os.open(night / DATABASE, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(handle)
