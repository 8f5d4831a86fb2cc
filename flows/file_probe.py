"""One pass over the bytes of a CSV file: checksum, lines, separators, and whether it is text at all.

What is counted here decides whether the fast reader may be trusted with the file (see flows.reading).
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

import numpy as np

from flows.errors import ExtractError
from flows.workers import ahead

CHUNK = 1 << 21  # bytes; what is looked at several times should stay in a core's own cache
_MAGIC = (
    (b"PK\x03\x04", "an Excel workbook or zip archive"),
    (b"PAR1", "a Parquet file"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip file (its name must then end in .gz)"),
    (b"SQLite", "an SQLite file"),
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_NEVER_TYPED = re.compile(rb"[\x01-\x08\x0e-\x19]")  # control characters that no text holds


@dataclass(frozen=True)
class FileBytes:
    """What the bytes say. lines counts the header and a last line without a line end."""

    name: str
    bytes: int
    sha256: str
    lines: int = 0
    commas: int = 0
    quotes: int = 0
    paired_quotes: int = 0  # quotes that come in pairs: empty fields, or nothing a separator could hide in
    tabs: int = 0


class HashedReader(io.RawIOBase):
    """A raw reader that updates a checksum with everything read through it (the compressed bytes of a gzip file)."""

    def __init__(self, raw: gzip.GzipFile | BufferedReader) -> None:
        self.raw = raw
        self.sha = hashlib.sha256()
        self.size = 0

    def readable(self) -> bool:
        return True

    def take(self, size: int) -> bytes:
        """The next bytes, without the copy that readinto makes."""
        data = self.raw.read(size)
        self.sha.update(data)
        self.size += len(data)
        return data

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self.take(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def open_text_bytes(path: Path) -> gzip.GzipFile | BufferedReader:
    """The file's text as bytes, unpacked if its name ends in .gz."""
    return gzip.open(path, "rb") if path.name.lower().endswith(".gz") else path.open("rb")


def probe_bytes(path: Path, name: str) -> FileBytes:
    """Checksum and counts of a CSV or CSV.GZ file.

    Raises ExtractError for an unreadable, empty, truncated or corrupt file and for text that is not UTF-8.
    """
    try:
        with path.open("rb") as handle:
            hashed = HashedReader(handle)
            lines = commas = quotes = pairs = tabs = 0
            ended = True
            for piece in ahead(_whole_lines(hashed, path, name)):  # the next is read and hashed meanwhile
                must_be_text(piece, name, lines)
                lines += _occurrences(piece, b"\n")
                commas += _occurrences(piece, b",")
                tabs += _occurrences(piece, b"\t")
                if b'"' in piece:
                    quotes += piece.count(b'"')
                    pairs += piece.count(b'""')
                ended = piece.endswith(b"\n")
            while hashed.take(CHUNK):  # bytes after the end of a gzip stream belong to the checksum too
                pass
    except OSError as error:
        raise ExtractError(f"{name} cannot be read: {error.strerror or 'the system refuses it'}.") from None
    if hashed.size == 0 or (lines == 0 and ended):
        raise ExtractError(f"{name} is empty ({hashed.size} bytes, no header line).")
    return FileBytes(
        name, hashed.size, hashed.sha.hexdigest(), lines + (not ended), commas, quotes, 2 * pairs, tabs
    )


def _occurrences(piece: bytes, character: bytes) -> int:
    """How often a character is in a piece. bytes.count looks for one after the other, twice as long where it is common."""
    return int(np.count_nonzero(np.frombuffer(piece, dtype=np.uint8) == ord(character)))


def probe_binary(path: Path, name: str) -> FileBytes:
    """Size and checksum of a file that is not text. Raises ExtractError if it is empty or unreadable."""
    try:
        with path.open("rb") as handle:
            sha = hashlib.file_digest(handle, "sha256").hexdigest()
        size = path.stat().st_size
    except OSError as error:
        raise ExtractError(f"{name} cannot be read: {error.strerror or 'the system refuses it'}.") from None
    if size == 0:
        raise ExtractError(f"{name} is empty (0 bytes).")
    return FileBytes(name, size, sha)


def _whole_lines(hashed: HashedReader, path: Path, name: str) -> Iterator[bytes]:
    """Pieces that end at line ends, so that no piece cuts a character in two."""
    rest = b""
    for piece in unpacked_pieces(hashed, path, name):
        cut = piece.rfind(b"\n") + 1
        if not cut:
            rest += piece
            continue
        yield rest + piece[:cut]
        rest = piece[cut:]
    if rest:
        yield rest


def unpacked_pieces(hashed: HashedReader, path: Path, name: str) -> Iterator[bytes]:
    """The bytes of a file, unpacked if its name ends in .gz. Raises ExtractError for a damaged gzip file."""
    if not path.name.lower().endswith(".gz"):
        while piece := hashed.take(CHUNK):
            yield piece
        return
    try:
        with gzip.GzipFile(fileobj=io.BufferedReader(hashed, CHUNK), mode="rb") as unpacked:
            while piece := unpacked.read(CHUNK):
                yield piece
    except EOFError:
        raise ExtractError(f"{name} is a truncated gzip file: it ends before its data do.") from None
    except gzip.BadGzipFile as error:
        if "Not a gzipped" not in str(error):
            raise ExtractError(f"{name} is a corrupt gzip file.") from None
        with path.open("rb") as handle:
            begins_well = handle.read(2) == b"\x1f\x8b"
        if begins_well:
            raise ExtractError(f"{name} goes on after the end of its gzip data; it may be damaged.") from None
        raise ExtractError(f"{name} is not a gzip file.") from None
    except zlib.error:
        raise ExtractError(f"{name} is a corrupt gzip file.") from None


def must_be_text(piece: bytes, name: str, lines_before: int, form: str = "CSV text") -> None:
    """Hold a piece of a file to be UTF-8 text. form: what the file should hold. Raises ExtractError with the line."""
    if lines_before == 0:
        for magic, what in _MAGIC:
            if piece.startswith(magic):
                raise ExtractError(f"{name} is not {form}: it looks like {what}.")
        if piece.startswith(_UTF16):
            raise ExtractError(f"{name}, line 1: not UTF-8 text; it looks like UTF-16. Save it as UTF-8.")
        if _NEVER_TYPED.search(piece, 0, piece.find(b"\n") + 1 or len(piece)) and b"\x00" not in piece:
            raise ExtractError(f"{name}, line 1: not {form}; it looks like a binary file.")
    nul = piece.find(b"\x00")
    if nul >= 0:
        line = lines_before + piece.count(b"\n", 0, nul) + 1
        around = piece[max(0, nul - 20) : nul + 20]
        what = (
            "UTF-16"
            if around.count(b"\x00") * 3 > len(around) and not around.count(b"\x00\x00")
            else "a binary file"
        )
        raise ExtractError(f"{name}, line {line}: not {form}; it holds NUL bytes and looks like {what}.")
    if piece.isascii():
        return
    try:
        piece.decode("utf-8")
    except UnicodeDecodeError as error:
        line = lines_before + piece.count(b"\n", 0, error.start) + 1
        if _NEVER_TYPED.search(piece, max(0, error.start - 200), error.start + 200):
            raise ExtractError(f"{name}, line {line}: not {form}; it looks like a binary file.") from None
        raise ExtractError(
            f"{name}, line {line}: not UTF-8 text; it looks like Latin-1 or Windows-1252. Save it as UTF-8."
        ) from None
