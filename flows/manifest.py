"""What a night is built on: the loads it knows, the raw pieces that hold their rows, and what its verdicts rest on.

Every night has a manifest of its own (NIGHT/manifest.json). A file of HOME/store that no kept night's manifest names
is a leftover of a night that did not end well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from flows.errors import CheckError

MANIFEST_FILE = "manifest.json"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LoadedFile(_Frozen):
    """A file of an extract that has been loaded. It is known again by its content, whatever its name is then."""

    table: str
    name: str
    bytes: int | None
    sha256: str
    rows: int


class Load(_Frozen):
    """What one night brought in.

    loaded_at: local time of the home. merges: given-up identifier to the one that remains, None where the night brought
    no table of them. folder: checksum of the foreign extract whose files it is, None for a canonical one.
    """

    number: int
    run_id: str
    loaded_at: datetime
    files: tuple[LoadedFile, ...]
    merges: Mapping[str, str] | None = None
    folder: str | None = None


class RawPiece(_Frozen):
    """A Parquet file of HOME/store. slice: the patients it holds, None for rows of all slices (column ``slice``)."""

    table: str
    path: str
    slice: int | None
    rows: int


class Manifest(_Frozen):
    """The state of a home as of a night.

    number: counts the nights; it is the generation of the pieces the night wrote. slices: hash partitions of the
    patients in the store. lab_basis, screen_basis: what the normalized results and the verdicts depend on besides the
    rows themselves; where one differs, everything that depends on it is derived again. forgotten: number of the load before
    which the home cannot be shown as it was known then, for what had been superseded was removed; 0: nothing was.
    """

    number: int
    as_of: date
    slices: int
    loads: tuple[Load, ...]
    pieces: tuple[RawPiece, ...]
    merges: Mapping[str, str]
    newest_collected_at: datetime | None
    lab_basis: Mapping[str, str]
    screen_basis: Mapping[str, str]
    forgotten: int = 0

    @property
    def load(self) -> int:
        """Number of the newest load; 0 where there is none."""
        return self.loads[-1].number if self.loads else 0

    def known(self) -> frozenset[tuple[str, str]]:
        """Table and checksum of every file loaded so far."""
        return frozenset((file.table, file.sha256) for load in self.loads for file in load.files)

    def knows(self, folder: str, version: str) -> bool:
        """Whether a foreign extract was loaded as it is, by this version, and no other table of merges since."""
        if self.lab_basis.get("version") != version:
            return False
        for load in reversed(self.loads):
            if load.folder == folder:
                return True
            if load.merges is not None:
                return False
        return False

    def known_at(self, moment: datetime) -> Manifest | None:
        """The same home as it was known at a local time; None if nothing was.

        Local times go back when the clock is set back. A load is known with all before it, whatever the clock said
        then.
        """
        known = max(
            (place for place, load in enumerate(self.loads) if load.loaded_at <= moment), default=None
        )
        if known is None:
            return None
        loads = self.loads[: known + 1]
        merges = [load.merges for load in loads if load.merges is not None]
        return self.model_copy(update={"loads": loads, "merges": merges[-1] if merges else {}})

    @property
    def whole_since(self) -> datetime | None:
        """The local time, to a whole second, from which on the home can be shown as it was known; None: ever."""
        times = [load.loaded_at for load in self.loads if load.number == self.forgotten]
        return times[0].replace(microsecond=0) + timedelta(seconds=1) if times else None

    def of(self, table: str) -> tuple[RawPiece, ...]:
        """The raw pieces of a table, the earliest load first."""
        return tuple(piece for piece in self.pieces if piece.table == table)


def read_manifest(night: Path) -> Manifest | None:
    """Manifest of a night's folder; None for a night of a version that kept none. CheckError if it is damaged."""
    path = night / MANIFEST_FILE
    if not path.is_file():
        return None
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except ValidationError:
        raise CheckError("manifest", f"the manifest of the night {night.name} is damaged") from None


def night_number(night: Path) -> int:
    """Number of a night; 0 for one without a manifest that can be read."""
    try:
        return int(json.loads((night / MANIFEST_FILE).read_bytes())["number"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a night, in place of an earlier one in one step."""
    part = folder / f".{MANIFEST_FILE}.part"
    part.write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")
    part.replace(folder / MANIFEST_FILE)
