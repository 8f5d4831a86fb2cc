"""Large text files of a source read once, piece by piece: whole records, and the checksum of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from flows.errors import ExtractError
from flows.file_probe import HashedReader, unpacked_pieces

LONGEST_RECORD = 1 << 28  # bytes; what does not end by then is not a record of a laboratory
_BOM = b"\xef\xbb\xbf"


class TextFile:
    """A file that is read once; ``size`` and ``sha256`` are those of its bytes as soon as it has been read.

    name: as messages show it. form: what the file should hold, for the messages ("FHIR").
    """

    def __init__(self, path: Path, name: str, form: str) -> None:
        self.path = path
        self.name = name
        self.form = form
        self.size = 0
        self.sha256 = ""

    def pieces(self, cut: Callable[[bytes], int]) -> Iterator[bytes]:
        """The bytes in pieces that end where ``cut`` says (0: nowhere in these bytes), the last one wherever it ends.

        Whether they are text is for the reader to ask, who knows the line (``flows.file_probe.must_be_text``). Raises
        ExtractError for a file that is empty, unreadable or truncated, or in which a record does not end.
        """
        rest: list[bytes] = []
        held = 0
        first = True
        try:
            with self.path.open("rb") as handle:
                hashed = HashedReader(handle)
                for piece in unpacked_pieces(hashed, self.path, self.name):
                    text = piece.removeprefix(_BOM) if first else piece
                    first = False
                    end = cut(text)
                    if not end:
                        rest.append(text)
                        held += len(text)
                        if held > LONGEST_RECORD:
                            raise ExtractError(
                                f"{self.name} is not {self.form}: a record has more than {LONGEST_RECORD >> 20} MB."
                            )
                        continue
                    yield b"".join((*rest, memoryview(text)[:end]))
                    rest, held = [text[end:]], len(text) - end
                while hashed.take(1 << 22):  # bytes after the end of a gzip stream belong to the checksum too
                    pass
        except OSError as error:
            raise ExtractError(
                f"{self.name} cannot be read: {error.strerror or 'the system refuses it'}."
            ) from None
        self.size, self.sha256 = hashed.size, hashed.sha.hexdigest()
        if self.size == 0:
            raise ExtractError(f"{self.name} is empty (0 bytes).")
        if any(rest):
            yield b"".join(rest)


def after_last_line(text: bytes) -> int:
    """Where the last whole line ends."""
    return text.rfind(b"\n") + 1


def line_texts(piece: bytes, first_line: int) -> tuple[pa.Array, pa.Array, int]:
    """The lines of a piece that are not blank (with their line ends) and their numbers, and how many lines there are.

    The texts lie in ``piece``: nothing is copied.
    """
    ends = np.flatnonzero(_line_ends(piece)).astype(np.int32) + 1
    if not piece.endswith(b"\n"):
        ends = np.append(ends, np.int32(len(piece)))
    offsets = np.concatenate([np.zeros(1, np.int32), ends])
    texts = pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(piece))
    numbers = pa.array(np.arange(first_line, first_line + len(ends), dtype=np.int64))
    short = np.flatnonzero(np.diff(offsets) < 8)
    blank = [place for place in short.tolist() if not piece[offsets[place] : offsets[place + 1]].strip()]
    if blank:
        kept = np.ones(len(ends), dtype=bool)
        kept[blank] = False
        texts, numbers = texts.filter(pa.array(kept)), numbers.filter(pa.array(kept))
    return texts, numbers, len(ends)


def _line_ends(piece: bytes) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether each byte ends a line."""
    return np.frombuffer(piece, dtype=np.uint8) == ord("\n")


def repeated(text: str, times: int) -> pa.Array:
    """An array that holds the same text again and again, and only once in memory."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(times, np.int32)), pa.array([text], pa.string()))


def find_texts(extract: Path, suffixes: Sequence[str]) -> list[Path]:
    """Files of an extract and its folders with one of the suffixes, hidden ones left out, sorted by path."""
    found = (
        path for path in extract.rglob("*") if path.name.lower().endswith(tuple(suffixes)) and path.is_file()
    )
    return sorted(
        path for path in found if not any(part.startswith(".") for part in path.relative_to(extract).parts)
    )
