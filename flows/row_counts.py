"""Row conservation: what every file brought, what became of it, and the check that nothing is lost."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from flows.adapters.model import SourceFile
from flows.errors import CheckError
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

    def register(self, files: Sequence[ReadFile]) -> None:
        """Count the rows the files of a table bring, under the names of the sources their rows come from.

        Outside of lab_results an adapter may make several rows from one record, in one of its files or in several;
        they count as one.
        """
        brought: list[tuple[str, int]] = []
        for file in files:
            if file.adapted:
                brought += file.ragged.group_by("source_file").agg(rows=pl.len()).iter_rows()
            else:
                self.info[(file.table, file.info.name)] = (file.info.bytes, file.info.sha256)
                brought.append((file.info.name, file.rows))
        adapted = [file.texts.select("source_file", "source_line") for file in files if file.adapted]
        if adapted:
            number = pl.len() if files[0].table == "lab_results" else pl.col("source_line").n_unique()
            counted = pl.concat(adapted).group_by("source_file").agg(rows=number)
            brought += counted.collect(engine="streaming").iter_rows()
        for name, rows in brought:
            key = (files[0].table, name)
            self.registered[key] = self.registered.get(key, 0) + rows

    def register_originals(self, files: Sequence[SourceFile]) -> None:
        """Size and checksum of the files of a foreign source, and their records that no row came from."""
        known = {file.name: (file.bytes, file.sha256) for file in files}
        for file in files:
            if file.table is not None:
                key = (file.table, file.name)
                self.registered[key] = self.registered.get(key, 0) + file.left_out
                self.fates[key]["ignored"] += file.left_out
        self.info.update({key: known[key[1]] for key in self.registered if key[1] in known})

    @staticmethod
    def sources(file: ReadFile) -> list[str]:
        """Names of the sources that the rows of a file come from."""
        if not file.adapted:
            return [file.info.name]
        named = file.texts.select(pl.col("source_file").unique()).collect(engine="streaming")["source_file"]
        return sorted({*named, *file.ragged["source_file"]})

    def checksums(self) -> dict[tuple[str, str], str | None]:
        """sha256 of every registered source by table and name; None where its bytes are not known."""
        return {key: sha256 for key, (_, sha256) in self.info.items()}

    def forget(self, table: str, name: str) -> None:
        """Take a source that was loaded before out of the count."""
        self.registered.pop((table, name), None)
        self.fates.pop((table, name), None)
        self.info.pop((table, name), None)

    def registered_files(self) -> list[tuple[str, str, int | None, str | None, int]]:
        """Table, name, bytes, sha256 and rows of every source that counts."""
        return [
            (table, name, *self.info.get((table, name), (None, None)), rows)
            for (table, name), rows in sorted(self.registered.items())
        ]

    def add(self, table: str, rows: pl.DataFrame, fate: str) -> None:
        """Account for rows: ``rows`` has source_file and rows."""
        for name, count in rows.select("source_file", "rows").iter_rows():
            self.fates[(table, name)][fate] += count

    def finish(self, load: int, loaded_at: datetime) -> pl.DataFrame:
        """The input_file table of a load. Raises CheckError naming the files whose rows do not add up."""
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
                load,
                loaded_at,
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
