"""Row conservation: what every file brought, what became of it, and the check that nothing is lost."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from flows.errors import CheckError
from flows.file_probe import file_sha256
from flows.reading import ReadFile
from schemas.tables import FATES, INPUT_FILE


@dataclass(frozen=True)
class FileCounts:
    """Rows of one source file by fate."""

    table: str
    name: str
    rows: int
    accepted: int
    duplicate: int
    superseded: int
    ignored: int
    quarantined: int


@dataclass
class Tally:
    """Rows registered and rows accounted for, by table and source file."""

    registered: dict[tuple[str, str], int] = field(default_factory=dict)
    info: dict[tuple[str, str], tuple[int | None, str | None]] = field(default_factory=dict)
    fates: dict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def register(self, file: ReadFile, originals: Path | None) -> None:
        """Count the rows a file brings, under the names of the sources its rows come from.

        A row of an adapted file names the source's own file; size and checksum are then that file's, if it stands in
        ``originals``.
        """
        ragged = file.ragged.group_by("source_file").agg(rows=pl.len())
        sources = file.texts.group_by("source_file").agg(rows=pl.len()).collect() if file.adapted else None
        brought = (
            [(file.info.name, file.rows)] if sources is None else [*sources.iter_rows(), *ragged.iter_rows()]
        )
        for name, rows in brought:
            key = (file.table, name)
            self.registered[key] = self.registered.get(key, 0) + rows
            if name == file.info.name:
                self.info[key] = (file.info.bytes, file.info.sha256)
            elif originals is not None and (originals / name).is_file():
                own = file_sha256(originals / name, name)
                self.info[key] = (own.bytes, own.sha256)

    def add(self, table: str, rows: pl.DataFrame, fate: str) -> None:
        """Account for rows: ``rows`` has source_file and rows."""
        for name, count in rows.select("source_file", "rows").iter_rows():
            self.fates[(table, name)][fate] += count

    def finish(self) -> pl.DataFrame:
        """The input_file table. Raises CheckError naming the files whose rows do not add up."""
        wrong = [
            f"{name} ({self.registered.get((table, name), 0)} rows in, {sum(counted.values())} accounted for)"
            for table, name in sorted({*self.registered, *self.fates})
            for counted in [self.fates[(table, name)]]
            if sum(counted.values()) != self.registered.get((table, name), 0) or set(counted) - set(FATES)
        ]
        if wrong:
            raise CheckError("row_conservation", f"rows were lost or counted twice: {'; '.join(wrong[:10])}")
        rows = [
            (
                table,
                name,
                *self.info.get((table, name), (None, None)),
                total,
                *(self.fates[(table, name)][f] for f in FATES),
            )
            for (table, name), total in sorted(self.registered.items())
        ]
        return pl.DataFrame(rows, schema=dict(INPUT_FILE), orient="row")

    def files(self) -> tuple[FileCounts, ...]:
        """Rows by fate of every file, sorted by table and name."""
        return tuple(
            FileCounts(table, name, total, *(self.fates[(table, name)][fate] for fate in FATES))
            for (table, name), total in sorted(self.registered.items())
        )
