"""HL7 v2 messages cut into segments, each with its line and with the segments it belongs to.

Only the structure is looked at here, with numpy over whole pieces of a file: a message is some ten segments, and a
year of a hospital is a hundred million of them. What the fields say stands in ``sql/hl7v2/*.sql``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Numbers = npt.NDArray[np.int64]

_STANDARD = b"MSH|^~\\&"
_OTHER_MARKS = re.compile(rb"^MSH(?!\|\^~\\&)", re.MULTILINE)
_MESSAGE = re.compile(rb"^MSH", re.MULTILINE)
_ESCAPES = {"|": "\\F\\", "^": "\\S\\", "~": "\\R\\", "&": "\\T\\", "\\": "\\E\\"}
_RARE_ESCAPES = re.compile(rb"\\(?:X((?:[0-9A-Fa-f]{2})+)|H|N|\.(?:sp|in|ti|sk|fi|nf|ce)[+-]?\d*)\\")
_RARE_ESCAPE_LETTERS = np.frombuffer(b"XHN.", dtype=np.uint8)
_USUAL = "|^~\\&"
_LINE_FEEDS = bytes.maketrans(b"\r", b"\n")
_FRAMING = b"\x0b\x1c"  # MLLP: begin and end of a message on the wire
# Moves of an identifier, an account, a visit to another patient: MRG says whose it was.
_MOVES = (b"A43", b"A44", b"A45")
_RESULTS = (b"ORU", b"OUL")  # messages whose OBX are results; elsewhere they say what a person weighs
_FEWEST_PARTS = 6  # an OBX that ends before its value is cut off
_SHORT = 64  # bytes; a longer one is taken to have its value


@dataclass(frozen=True)
class Part:
    """A plain piece of a file (``plain``) that begins with a message, and the line it begins on."""

    name: str
    line: int
    text: bytes


@dataclass(frozen=True)
class Segments:
    """The segments of some parts of files by what they are for.

    tables: message (MSH), patient (PID), report (OBR), specimen (SPM), note (NTE), merge (MRG), observation (OBX of a
    result) and broken (lines that are no segment, and OBX that are cut off). Each has segment (a number unique in the
    extract), message, patient, report and specimen (the numbers of the segments it belongs to, -1: none), owner (the
    segment a note is on), source_file, source_line and text; observation has the fields of OBSERVED in place of the
    text, null where empty. count: how many segments there are in all. others: OBX of messages that bring no results.
    moves: MRG of messages that merge nobody.
    """

    tables: Mapping[str, pa.RecordBatch]
    count: int
    others: int
    moves: int


TABLES = {
    "message": b"MSH",
    "patient": b"PID",
    "report": b"OBR",
    "specimen": b"SPM",
    "note": b"NTE",
    "merge": b"MRG",
}
# The fields of an OBX that are read, by their number.
OBSERVED = {
    2: "value_type",
    3: "test",
    4: "sub_id",
    5: "value",
    6: "unit",
    7: "limits",
    8: "abnormal_flag",
    11: "letter",
    14: "observed_at",
    17: "method",
    19: "analyzed_at",
    23: "laboratory",
}
_PLACES = {
    **dict.fromkeys(("segment", "message", "patient", "report", "specimen", "owner"), pa.int64()),
    "source_file": pa.dictionary(pa.int32(), pa.string()),
    "source_line": pa.int64(),
}
SCHEMA = pa.schema({**_PLACES, "text": pa.string()})
OBSERVATION_SCHEMA = pa.schema({**_PLACES, **dict.fromkeys(OBSERVED.values(), pa.large_string())})


def after_last_message(text: bytes) -> int:
    """Where the last message begins, 0 if only one does."""
    return max(text.rfind(b"\rMSH") + 1, text.rfind(b"\nMSH") + 1, text.rfind(b"\x0bMSH"), 0)


def plain(piece: bytes) -> bytes:
    """A piece with one line feed after each segment, whatever ended it, without framing and with the usual marks."""
    # searching for a few letters is fast; a regular expression or a translation table is slow
    text = piece.replace(b"\r\n", b"\n")
    if b"\r" in text or any(mark in text for mark in _FRAMING):
        text = text.translate(_LINE_FEEDS, _FRAMING)
    if _has_rare_escapes(text):
        text = _RARE_ESCAPES.sub(_read_escape, text)
    if text.count(b"\nMSH") == text.count(b"\n" + _STANDARD) and not _OTHER_MARKS.match(text):
        return text
    starts = [match.start() for match in _MESSAGE.finditer(text)]
    ends = [*starts[1:], len(text)]
    messages = (text[start:end] for start, end in zip(starts, ends, strict=True))
    return text[: starts[0]] + b"".join(
        message if message.startswith(_STANDARD) else _with_usual_marks(message) for message in messages
    )


def _has_rare_escapes(text: bytes) -> bool:
    letters = np.frombuffer(text, dtype=np.uint8)
    after = np.flatnonzero(letters[:-1] == ord("\\")) + 1
    return bool(np.isin(letters[after], _RARE_ESCAPE_LETTERS).any())


def _read_escape(found: re.Match[bytes]) -> bytes:
    """Characters written in hexadecimal; a command about layout is a blank."""
    if found[1] is None:
        return b" "
    try:
        text = bytes.fromhex(found[1].decode("ascii")).decode("utf-8")
    except UnicodeDecodeError:
        return found[0]
    return "".join(
        _ESCAPES.get(letter, letter) for letter in text.replace("\n", " ").replace("\r", " ")
    ).encode("utf-8")


def _with_usual_marks(message: bytes) -> bytes:
    """A message that names other separators in MSH-1 and MSH-2, with the usual ones."""
    text = message.decode("utf-8")
    own = text[3:4] + text[4:8].split(text[3:4], 1)[0]
    if len(set(own)) < len(own) or any(mark.isalnum() or mark.isspace() for mark in own):
        return message  # these are no separators; the segments will be found broken
    usual = dict(zip(own, _USUAL, strict=False))
    marks: dict[str, str | int | None] = {**_ESCAPES, **usual}
    escape = own[3:4]
    # an escape sequence stands for the message's own mark, which means nothing any more
    meant = {f"{escape}{letter}{escape}": mark for letter, mark in zip("FSRET", own, strict=False) if escape}
    held = {sequence: chr(0xE000 + place) for place, sequence in enumerate(meant)}
    for sequence, stand_in in held.items():
        text = text.replace(sequence, stand_in)
    text = text.translate(str.maketrans(marks))
    for sequence, stand_in in held.items():
        text = text.replace(stand_in, _ESCAPES.get(meant[sequence], meant[sequence]))
    return text.encode("utf-8")


def segments(parts: Sequence[Part], first_segment: int) -> Segments:
    """Cut parts of files into segments. first_segment: the number of the first one."""
    text = b"".join(part.text if part.text.endswith(b"\n") else part.text + b"\n" for part in parts)
    ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == ord("\n")).astype(np.int64) + 1
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1]])
    number = np.arange(len(starts), dtype=np.int64)
    kinds = _kinds(text, starts)
    lines = np.array([part.text.count(b"\n") + (not part.text.endswith(b"\n")) for part in parts])
    part_of = np.repeat(np.arange(len(parts)), lines)
    first_of = (np.cumsum(lines) - lines)[part_of]  # the first segment of the same part

    def latest(kind: bytes) -> Numbers:
        return np.maximum.accumulate(np.where(kinds == kind, number, -1))

    message = _within(latest(b"MSH"), first_of - 1)
    patient = _within(latest(b"PID"), np.maximum(message, first_of - 1))
    report = _within(latest(b"OBR"), np.maximum(np.maximum(message, patient), first_of - 1))
    owner = np.maximum.accumulate(np.where(kinds == b"NTE", -1, number))
    heads = np.flatnonzero(kinds == b"MSH")
    types = {place: _type(text, starts[place], ends[place]) for place in heads.tolist()}
    brings_results = np.ones(len(starts) + 1, dtype=bool)  # the last place stands for no message
    brings_results[heads] = [types[place] in _RESULTS for place in heads.tolist()]
    specimen = _specimens(kinds, report, latest(b"SPM"), message, types)
    observed = kinds == b"OBX"
    results = observed & brings_results[message]
    broken = np.zeros(len(starts), dtype=bool)
    broken[[place for place in np.flatnonzero(kinds == b"") if text[starts[place] : ends[place]].strip()]] = (
        True
    )
    for place in np.flatnonzero(results & (ends - starts < _SHORT)):
        if text.count(b"|", starts[place], ends[place]) < _FEWEST_PARTS - 1:
            broken[place], results[place] = True, False

    texts = pa.StringArray.from_buffers(
        len(starts), pa.py_buffer(np.append(starts, len(text)).astype(np.int32)), pa.py_buffer(text)
    )
    source_line = number - first_of + np.array([part.line for part in parts])[part_of]
    names = pa.array([part.name for part in parts], pa.string())
    columns = [
        np.where(places >= 0, places + first_segment, -1)
        for places in (number, message, patient, report, specimen, owner)
    ]

    def moves(head: int) -> bool:
        return head >= 0 and _event(text, starts[head], ends[head]) in _MOVES

    def table(chosen: npt.NDArray[np.bool_], *, in_fields: bool = False) -> pa.RecordBatch:
        rows = np.flatnonzero(chosen)
        said = texts.take(pa.array(rows))
        return pa.RecordBatch.from_arrays(
            [
                *(pa.array(column[rows]) for column in columns),
                pa.DictionaryArray.from_arrays(pa.array(part_of[rows].astype(np.int32)), names),
                pa.array(source_line[rows]),
                *(_fields(said) if in_fields else [said]),
            ],
            schema=OBSERVATION_SCHEMA if in_fields else SCHEMA,
        )

    merges = kinds == b"MRG"
    moved = [place for place in np.flatnonzero(merges).tolist() if moves(message[place])]
    merges[moved] = False
    tables = {what: table(kinds == kind) for what, kind in TABLES.items()}
    tables |= {
        "merge": table(merges),
        "observation": table(results, in_fields=True),
        "broken": table(broken),
    }
    others = int(np.count_nonzero(observed & ~brings_results[message]))
    return Segments(tables, len(starts), others, len(moved))


def _fields(texts: pa.StringArray) -> list[pa.Array]:
    """The fields of OBSERVED of OBX segments. They are a CSV file without quotes, whose lines end early."""
    if not len(texts):
        return [pa.array([], pa.large_string()) for _ in OBSERVED]
    columns = {f"column_{number + 1}": pl.String for number in range(max(OBSERVED) + 1)}
    read = pl.read_csv(
        pa.concat_arrays([texts]).buffers()[2].to_pybytes(),
        separator="|",
        quote_char=None,
        has_header=False,
        schema=columns,
        columns=[f"column_{number + 1}" for number in OBSERVED],
        truncate_ragged_lines=True,
        missing_columns="insert",
        extra_columns="ignore",  # OBX-24 and 25 say where the laboratory is and who directs it
    )
    if len(read) != len(texts):
        raise ValueError(f"{len(texts)} segments have become {len(read)} rows.")
    return [column.rechunk().to_arrow() for column in read.get_columns()]


def _kinds(text: bytes, starts: Numbers) -> npt.NDArray[np.bytes_]:
    """The three letters that name each segment; empty where a line begins otherwise."""
    padded = np.frombuffer(text + b"\n\n\n\n", dtype=np.uint8)
    first, second, third, mark = (padded[starts + place] for place in range(4))
    capital = (first >= ord("A")) & (first <= ord("Z"))
    # a segment without fields is its name alone: some senders close a batch with BTS and FTS
    named = capital & _is_name(second) & _is_name(third) & ((mark == ord("|")) | (mark == ord("\n")))
    letters = np.stack([first, second, third], axis=1).copy().view("S3").ravel()
    return np.where(named, letters, b"")


def _is_name(letters: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    return ((letters >= ord("A")) & (letters <= ord("Z"))) | ((letters >= ord("0")) & (letters <= ord("9")))


def _type(text: bytes, start: int, end: int) -> bytes:
    """MSH-9.1, what kind of message it is."""
    parts = text[start : min(end, start + 400)].split(b"|", 9)
    return parts[8][:3] if len(parts) > 8 else b""


def _event(text: bytes, start: int, end: int) -> bytes:
    """MSH-9.2, what has happened."""
    parts = text[start:end].split(b"|", 9)
    return parts[8].partition(b"^")[2][:3] if len(parts) > 8 else b""


def _within(places: Numbers, borders: Numbers) -> Numbers:
    """Places behind their border; -1 for those before it, which belong to something earlier."""
    return np.where(places > borders, places, -1)


def _specimens(
    kinds: npt.NDArray[np.bytes_],
    report: Numbers,
    latest: Numbers,
    message: Numbers,
    types: Mapping[int, bytes],
) -> Numbers:
    """The specimen of each segment: the first SPM after its report, or before it in an OUL message."""
    of_report = np.full(len(kinds) + 1, -1, dtype=np.int64)  # the last place stands for no report
    places = np.flatnonzero(kinds == b"SPM")[::-1]
    of_report[report[places]] = places  # of several the first is written last
    of_report[-1] = -1
    if b"OUL" in types.values():
        for place in np.flatnonzero(kinds == b"OBR").tolist():
            if types.get(int(message[place])) == b"OUL":
                of_report[place] = latest[place] if latest[place] > message[place] else -1
    return of_report[report]
