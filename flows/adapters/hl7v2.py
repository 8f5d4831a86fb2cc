"""HL7 v2: files of ORU messages, batched or one a file (docs/sources/hl7v2.md).

The messages are cut into segments in ``flows.adapters.hl7v2_segments`` and go to DuckDB some thirty megabytes at a
time; their fields are interpreted in ``sql/hl7v2/*.sql``.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

import duckdb
import pyarrow as pa

from flows.adapters.hl7v2_segments import (
    OBSERVATION_SCHEMA,
    SCHEMA,
    TABLES,
    Part,
    segments,
)
from flows.adapters.hl7v2_text import after_last_message, plain
from flows.adapters.model import Source, SourceFile
from flows.adapters.statements import execute, text_connection
from flows.adapters.text_chunks import TextFile, find_texts
from flows.errors import ExtractError
from flows.file_probe import must_be_text
from flows.workers import ahead, in_order
from schemas.analytes import LOINC

log = logging.getLogger("hemacohort")

PIECE_BYTES = 1 << 22  # of text that is cut into segments at a time
CHUNK_BYTES = 1 << 25  # of segments that DuckDB sees at a time
WRITERS = 2  # chunks in work at a time, each on one core, while the next is cut
_SUFFIXES = (".hl7", ".hl7.gz", ".er7", ".er7.gz", ".oru", ".msg", ".dat", ".txt", ".txt.gz")
_FORM = "HL7 text"
# segments by what they are for (flows.adapters.hl7v2_segments.Segments)
_Chunk = dict[str, list[pa.RecordBatch]]
_BEGINNINGS = (b"MSH", b"FHS", b"BHS")
_LATIN_1 = b"8859/1"  # in MSH-18
MACROS = (
    "fields_of",
    "part",
    "unescaped",
    "moment",
    "names_loinc",
    "patient_id_of",
    "status_of",
    "unit_of",
    "value_of",
)


def write_hl7v2(extract: Path, out: Path) -> Sequence[SourceFile]:
    """Bring HL7 v2 messages to the canonical layout; see flows.adapters.model.Source.

    Raises ExtractError for a folder without HL7 files, for a file that cannot be read, is not text or does not begin
    with a message, and where no message brings results.
    """
    paths = find_texts(extract, _SUFFIXES)
    if not paths:
        raise ExtractError(
            f"The hl7v2 extract {extract.name!r} holds no file ending in {', '.join(_SUFFIXES)}."
        )
    files = [TextFile(path, path.relative_to(extract).as_posix(), _FORM) for path in paths]
    cutter = _Cutter()
    with text_connection(out, [f"hl7v2/{macro}" for macro in MACROS]) as (connection, scratch):
        writer = _Writer(connection, out, scratch)
        for _ in in_order(writer.write, enumerate(ahead(cutter.chunks(files))), WRITERS):
            pass
        cutter.tables.update(("patients", file) for file in writer.files_of_patients())
    log.info("hl7v2: %d results in %d segments", cutter.results, cutter.segments)
    if cutter.others:
        log.info("hl7v2: %d OBX of messages that bring no results, which are not read", cutter.others)
    if cutter.moves:
        log.info("hl7v2: %d MRG of messages that merge nobody, which are not read", cutter.moves)
    if not cutter.results:
        raise ExtractError(f"{cutter.broken}The hl7v2 extract holds no OBX of an ORU or OUL message.")
    return cutter.source_files(files)


def _parts(file: TextFile) -> Iterator[Part]:
    """A file as parts that begin with a message."""
    line = 1
    latin_1: bool | None = None
    for piece in file.pieces(after_last_message):
        text = plain(piece)
        if latin_1 is None:
            if not text.lstrip().startswith(_BEGINNINGS):
                must_be_text(text, file.name, 0, _FORM)
                raise ExtractError(
                    f"{file.name}, line 1: not {_FORM}; it does not begin with MSH, FHS or BHS."
                )
            latin_1 = _says_latin_1(text)
        if latin_1:
            text = text.decode("latin-1").encode("utf-8")
        must_be_text(text, file.name, line - 1, _FORM)
        yield Part(file.name, line, text)
        line += text.count(b"\n")


def _says_latin_1(text: bytes) -> bool:
    at = text.find(b"MSH|")
    fields = text[at : text.find(b"\n", at)].split(b"|") if at >= 0 else []
    return len(fields) > 17 and fields[17].startswith(_LATIN_1)


class _Cutter:
    """Cuts files into segments, and knows what all of them held."""

    def __init__(self) -> None:
        self.segments = 0
        self.results = 0
        self.others = 0
        self.moves = 0
        self.broken = ""  # where the first line stands that is not a segment
        self.tables: set[tuple[str, str]] = set()  # table of the rows that a file brings, and the file

    def chunks(self, files: Sequence[TextFile]) -> Iterator[_Chunk]:
        """The segments of all files, about so many bytes at a time; small files together."""
        waiting: _Chunk = defaultdict(list)
        held = 0
        for parts in _several(chain.from_iterable(map(_parts, files))):
            for table, rows in self._cut(parts).items():
                if rows.num_rows:
                    waiting[table].append(rows)
                    held += rows.nbytes
            if held >= CHUNK_BYTES:
                yield waiting
                waiting, held = defaultdict(list), 0
        if held:
            yield waiting

    def _cut(self, parts: Sequence[Part]) -> Mapping[str, pa.RecordBatch]:
        cut = segments(parts, self.segments)
        for table, kind in (
            ("lab_results", "observation"),
            ("lab_results", "broken"),
            ("patient_merges", "merge"),
        ):
            names = cut.tables[kind].column("source_file")
            found = names.dictionary.take(names.indices.unique())
            self.tables.update((table, name) for name in found.to_pylist())
        if cut.tables["broken"].num_rows and not self.broken:
            first = cut.tables["broken"].slice(0, 1).to_pylist()[0]
            self.broken = f"{first['source_file']}, line {first['source_line']}: no HL7 segment. "
        self.segments += cut.count
        self.results += cut.tables["observation"].num_rows
        self.others += cut.others
        self.moves += cut.moves
        return cut.tables

    def source_files(self, files: Sequence[TextFile]) -> Sequence[SourceFile]:
        """The files by the table they brought rows to."""
        read = {file.name: (file.name, file.size, file.sha256) for file in files}
        return [
            *(SourceFile(*read[name]) for name in read),
            *(SourceFile(*read[name], table) for table, name in sorted(self.tables)),
        ]


def _several(parts: Iterable[Part]) -> Iterator[Sequence[Part]]:
    """Parts of files, as many together as are cut at a time."""
    several: list[Part] = []
    size = 0
    for part in parts:
        several.append(part)
        size += len(part.text)
        if size >= PIECE_BYTES:
            yield several
            several, size = [], 0
    if several:
        yield several


class _Writer:
    """Has DuckDB write the rows of chunks of segments."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, out: Path, scratch: Path) -> None:
        self.connection = connection
        self.out = out
        self.scratch = scratch

    def write(self, numbered: tuple[int, _Chunk]) -> None:
        """Write the rows of a chunk. Its tables are a connection's own, its files bear its number."""
        number, chunk = numbered
        schemas = {**dict.fromkeys((*TABLES, "broken"), SCHEMA), "observation": OBSERVATION_SCHEMA}
        targets = {
            "observation": ("lab_results", self.out / f"lab_results_{number:06d}.parquet"),
            "broken": ("unreadable", self.out / f"lab_results_unreadable_{number:06d}.parquet"),
            "patient": ("patients", self.scratch / f"patients_{number:06d}.parquet"),
            "merge": ("patient_merges", self.out / f"patient_merges_{number:06d}.parquet"),
        }
        with self.connection.cursor() as connection:
            for table, schema in schemas.items():
                connection.register(table, pa.Table.from_batches(chunk.get(table, []), schema=schema))
            for kind, (name, target) in targets.items():
                if kind in chunk:
                    # one text, not a list: of every element of a parameter DuckDB asks whether it is one of pandas'
                    values = {"target": str(target), "loinc": " ".join(LOINC)}
                    execute(connection, f"hl7v2/{name}", values)

    def files_of_patients(self) -> Sequence[str]:
        """Write one row for each thing that is said of a patient; the files that say one."""
        patients = sorted(str(path) for path in self.scratch.glob("patients_*.parquet"))
        if not patients:
            return []
        target = self.out / "patients.parquet"
        execute(self.connection, "hl7v2/distinct_patients", {"patients": patients, "target": str(target)})
        found = self.connection.read_parquet(str(target)).project("source_file").distinct().fetchall()
        return [file for (file,) in found]


HL7V2 = Source("hl7v2", write_hl7v2, merges="by message")
