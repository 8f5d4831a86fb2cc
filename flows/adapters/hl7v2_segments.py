"""HL7 v2 messages cut into segments, each with its line and with the segments it belongs to.

Only the structure is looked at here, with numpy over whole pieces of a file: a message is some ten segments, and a
year of a hospital is a hundred million of them. The fields are read in ``sql/hl7v2/*.sql``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Numbers = npt.NDArray[np.int64]

# Moves of an identifier, an account, a visit to another patient: MRG says whose it was.
_MOVES = (b"A43", b"A44", b"A45")
_RESULTS = (b"ORU", b"OUL")  # messages whose OBX are results; elsewhere they say what a person weighs
_FEWEST_PARTS = 6  # an OBX that ends before its value is cut off
_SHORT = 64  # bytes; a longer one is taken to have its value


@dataclass(frozen=True)
class Part:
    """A plain piece of a file (``hl7v2_text.plain``) that begins with a message, and the line it begins on."""

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


@dataclass(frozen=True)
class _Lines:
    """The lines of some parts of files. A line that is no segment has no kind.

    starts, ends: of each line in the text. part: the number of its part. first: the first line of the same part.
    """

    text: bytes
    starts: Numbers
    ends: Numbers
    kinds: npt.NDArray[np.bytes_]
    part: Numbers
    first: Numbers

    def of_kind(self, kind: bytes) -> list[int]:
        """The numbers of the lines of a kind."""
        return np.flatnonzero(self.kinds == kind).tolist()

    def latest(self, kind: bytes) -> Numbers:
        """For each line the last one of a kind up to it; -1 where there is none."""
        return np.maximum.accumulate(np.where(self.kinds == kind, np.arange(len(self.kinds)), -1))


@dataclass(frozen=True)
class _Owners:
    """The lines that each line belongs to, -1: none. segment: the one a note is on."""

    message: Numbers
    patient: Numbers
    report: Numbers
    specimen: Numbers
    segment: Numbers


@dataclass(frozen=True)
class _Columns:
    """What the tables hold of all lines. numbers: columns of numbers. part, files: the file of each line."""

    numbers: Sequence[Numbers]
    part: Numbers
    files: pa.StringArray
    source_line: Numbers
    texts: pa.StringArray

    def table(self, chosen: npt.NDArray[np.bool_], *, in_fields: bool = False) -> pa.RecordBatch:
        """The chosen lines, each with its text or with the fields of OBSERVED."""
        rows = np.flatnonzero(chosen)
        text = self.texts.take(pa.array(rows))
        return pa.RecordBatch.from_arrays(
            [
                *(pa.array(column[rows]) for column in self.numbers),
                pa.DictionaryArray.from_arrays(pa.array(self.part[rows].astype(np.int32)), self.files),
                pa.array(self.source_line[rows]),
                *(_fields(text) if in_fields else [text]),
            ],
            schema=OBSERVATION_SCHEMA if in_fields else SCHEMA,
        )


def segments(parts: Sequence[Part], first_segment: int) -> Segments:
    """Cut parts of files into segments. first_segment: the number of the first one."""
    lines = _lines(parts)
    types = {line: _type(lines.text, lines.starts[line], lines.ends[line]) for line in lines.of_kind(b"MSH")}
    owners = _owners(lines, types)
    observed = lines.kinds == b"OBX"
    brings_results = np.zeros(len(lines.kinds) + 1, dtype=bool)
    brings_results[-1] = True  # the last place stands for no message
    brings_results[list(types)] = [kind in _RESULTS for kind in types.values()]
    results = observed & brings_results[owners.message]
    broken = _broken(lines, results)
    merges = lines.kinds == b"MRG"
    moves = [line for line in lines.of_kind(b"MRG") if _is_move(lines, owners.message[line])]
    merges[moves] = False
    table = _columns(lines, owners, parts, first_segment).table
    return Segments(
        {
            **{name: table(lines.kinds == kind) for name, kind in TABLES.items()},
            "merge": table(merges),
            "observation": table(results & ~broken, in_fields=True),
            "broken": table(broken),
        },
        count=len(lines.kinds),
        others=int(np.count_nonzero(observed & ~brings_results[owners.message])),
        moves=len(moves),
    )


def _lines(parts: Sequence[Part]) -> _Lines:
    text = b"".join(part.text if part.text.endswith(b"\n") else part.text + b"\n" for part in parts)
    ends = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) == ord("\n")).astype(np.int64) + 1
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1]])
    held = np.array([part.text.count(b"\n") + (not part.text.endswith(b"\n")) for part in parts])
    part = np.repeat(np.arange(len(parts)), held)
    return _Lines(text, starts, ends, _kinds(text, starts), part, (np.cumsum(held) - held)[part])


def _owners(lines: _Lines, types: Mapping[int, bytes]) -> _Owners:
    """What each line belongs to. types: of each message (MSH-9.1), by its first line."""
    before = lines.first - 1  # what a part of a file begins with belongs to nothing earlier
    message = _within(lines.latest(b"MSH"), before)
    patient = _within(lines.latest(b"PID"), np.maximum(message, before))
    report = _within(lines.latest(b"OBR"), np.maximum(np.maximum(message, patient), before))
    specimen = _specimens(lines, report, message, types)
    noted = np.where(lines.kinds == b"NTE", -1, np.arange(len(lines.kinds)))
    return _Owners(message, patient, report, specimen, np.maximum.accumulate(noted))


def _broken(lines: _Lines, results: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Lines with text that are no segment, and results that end before their value."""
    broken = np.zeros(len(lines.kinds), dtype=bool)
    nameless = lines.of_kind(b"")
    broken[[line for line in nameless if lines.text[lines.starts[line] : lines.ends[line]].strip()]] = True
    for line in np.flatnonzero(results & (lines.ends - lines.starts < _SHORT)):
        if lines.text.count(b"|", lines.starts[line], lines.ends[line]) < _FEWEST_PARTS - 1:
            broken[line] = True
    return broken


def _is_move(lines: _Lines, message: int) -> bool:
    """Whether a message moves something to another patient, which merges nobody. message: -1 for none."""
    return message >= 0 and _event(lines.text, lines.starts[message], lines.ends[message]) in _MOVES


def _columns(lines: _Lines, owners: _Owners, parts: Sequence[Part], first_segment: int) -> _Columns:
    number = np.arange(len(lines.kinds), dtype=np.int64)
    texts = pa.StringArray.from_buffers(
        len(number),
        pa.py_buffer(np.append(lines.starts, len(lines.text)).astype(np.int32)),
        pa.py_buffer(lines.text),
    )
    of = (number, owners.message, owners.patient, owners.report, owners.specimen, owners.segment)
    return _Columns(
        numbers=[np.where(places >= 0, places + first_segment, -1) for places in of],
        part=lines.part,
        files=pa.array([part.name for part in parts], pa.string()),
        source_line=number - lines.first + np.array([part.line for part in parts])[lines.part],
        texts=texts,
    )


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


def _specimens(lines: _Lines, report: Numbers, message: Numbers, types: Mapping[int, bytes]) -> Numbers:
    """The specimen of each line: the first SPM after its report, or before it in an OUL message."""
    of_report = np.full(len(lines.kinds) + 1, -1, dtype=np.int64)  # the last place stands for no report
    places = np.flatnonzero(lines.kinds == b"SPM")[::-1]
    of_report[report[places]] = places  # of several the first is written last
    of_report[-1] = -1
    if b"OUL" in types.values():
        latest = lines.latest(b"SPM")
        for place in lines.of_kind(b"OBR"):
            if types.get(int(message[place])) == b"OUL":
                of_report[place] = latest[place] if latest[place] > message[place] else -1
    return of_report[report]
