"""The site code map as a file: read, checked, and written for spreadsheets.

A cell that a spreadsheet would take for a formula is written behind a single quote, which reading takes off again.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl

from flows.errors import UsageError
from flows.inert_cells import inert_cell, plain_cell
from schemas.code_map import ACCEPT_WORDS, CODE_MAP, COLUMNS, PROPOSED, REQUIRED, MapLine
from transforms.code_map import NO_MAP, CodeMap, analyte_named, problems

CODE_MAP_FILE = "code_map.csv"
_MOST_BYTES = 50_000_000
# What the csv module says of a file, in words for whoever wrote it.
_CSV_WORDS = {
    "unexpected end of data": "a quote is opened and never closed",
    "new-line character seen": "lines end in carriage returns alone, and line feeds are needed",
}


@dataclass(frozen=True)
class CodeMapFile:
    """A code map as it was read. name, bytes and sha256 are None where there is no file."""

    map: CodeMap = NO_MAP
    name: str | None = None
    bytes: int | None = None
    sha256: str | None = None

    def table(self) -> pl.DataFrame:
        """``schemas.code_map.CODE_MAP``: the lines as the night used them."""
        return pl.DataFrame([asdict(line) for line in self.map.lines], schema=dict(CODE_MAP))

    def record(self) -> dict[str, object] | None:
        """Name, size, checksum and lines in force, for run.json; None where there is no file."""
        if self.name is None:
            return None
        accepted = sum(line.accepted for line in self.map.lines)
        return {"file": self.name, "bytes": self.bytes, "sha256": self.sha256, "lines": accepted}


NO_CODE_MAP = CodeMapFile()


def code_map_path(root: Path, setting: Path | None) -> Path:
    """Where the code map of a home is: the setting (relative to the home), or HOME/code_map.csv."""
    return root / (setting or CODE_MAP_FILE)


def read_code_map(root: Path, setting: Path | None) -> CodeMapFile:
    """The code map of a home; without the setting a file that is not there is an empty map.

    Raises UsageError with file and line for the first of: a file that cannot be read, a column that is missing or
    unknown, a line of the wrong width, an analyte or unit that is none, a line that repeats or contradicts another.
    """
    path = code_map_path(root, setting)
    if not path.exists() and setting is None:
        return NO_CODE_MAP
    content = _content(path)
    lines = [_line(path, number, row) for number, row in _rows(path, content)]
    check(path, lines)
    return CodeMapFile(CodeMap(tuple(lines)), path.name, len(content), hashlib.sha256(content).hexdigest())


def check(path: Path, lines: Sequence[MapLine]) -> None:
    """Raise UsageError for the first line that is wrong by itself or beside the others."""
    for line, sentence in problems(lines):
        raise UsageError(f"{path.name}, line {line.line}: {sentence}.")


def read_rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Line number and cells of every line of a code map or a proposal, blanks trimmed; blank lines are left out.

    Commas, semicolons and tabs are understood as separators, as spreadsheets write them. Raises UsageError.
    """
    return _rows(path, _content(path))


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UsageError(f"{path.name} is too large for a code map.")
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path.name} cannot be read: {error.strerror}.") from None


def _rows(path: Path, content: bytes) -> list[tuple[int, dict[str, str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path.name} is not UTF-8 text; save it as CSV UTF-8.") from None
    head = text.split("\n", 1)[0]
    mark = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text), delimiter=mark, strict=True)
    header: list[str] | None = None
    rows = []
    end = 0
    try:
        for cells in reader:
            number, end = end + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = _header(path, number, cells)
                continue
            if len(cells) != len(header):
                raise UsageError(
                    f"{path.name}, line {number}: {len(cells)} fields under {len(header)} columns."
                )
            rows.append((number, {name: plain_cell(cell) for name, cell in zip(header, cells, strict=True)}))
    except csv.Error as error:
        says = [words for begins, words in _CSV_WORDS.items() if str(error).startswith(begins)] or [
            str(error)
        ]
        raise UsageError(f"{path.name}, line {reader.line_num}: {says[0]}.") from None
    if header is None:
        raise UsageError(f"{path.name} is empty; its first line must name the columns.")
    return rows


def _header(path: Path, number: int, cells: Sequence[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    unknown = [name for name in names if name not in COLUMNS and name not in PROPOSED]
    if unknown:
        raise UsageError(
            f"{path.name}, line {number}: the column {unknown[0][:40]!r} is not one of {', '.join(COLUMNS)}."
        )
    twice = [name for name in names if names.count(name) > 1]
    missing = [name for name in REQUIRED if name not in names]
    if twice or missing:
        what = f"{twice[0]} stands twice" if twice else f"{', '.join(missing)} is missing"
        raise UsageError(f"{path.name}, line {number}: the column {what}.")
    return names


def _line(path: Path, number: int, row: Mapping[str, str]) -> MapLine:
    """A line of the map. A map without the column ``accept`` was written by hand: all its lines are in force."""
    accepted = ACCEPT_WORDS.get(row["accept"].lower()) if "accept" in row else True
    if accepted is None:
        raise UsageError(
            f"{path.name}, line {number}: accept is {row['accept'][:20]!r}; it must say yes or no."
        )
    return map_line(number, row, accepted=accepted)


def map_line(number: int, row: Mapping[str, str], *, accepted: bool) -> MapLine:
    """Cells as a line of the map; an analyte's other names become its id."""
    cells = {name: row.get(name, "") for name in COLUMNS if name != "accept"}
    cells["analyte"] = analyte_named(cells["analyte"]) or cells["analyte"]
    return MapLine(line=number, accepted=accepted, **cells)


def write_code_map(path: Path, lines: Iterable[MapLine]) -> None:
    """Write a code map in one step. Raises UsageError where it cannot be written."""
    rows = [{**{n: getattr(x, n) for n in COLUMNS if n != "accept"}, "accept": _word(x)} for x in lines]
    write_rows(path, tuple(COLUMNS), rows)


def _word(line: MapLine) -> str:
    return "yes" if line.accepted else "no"


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write a CSV of inert cells in one step; the file is its owner's alone. Raises UsageError."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            os.fchmod(file.fileno(), 0o600)
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows([inert_cell(row.get(name)) for name in columns] for row in rows)
        part.replace(path)
    except OSError as error:
        with suppress(OSError):  # on a disk that is mounted read-only, removing fails too
            part.unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from None
