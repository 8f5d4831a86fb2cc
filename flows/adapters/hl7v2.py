"""HL7 v2: files of ORU messages, batched or one a file (docs/sources/hl7v2.md).

The messages are cut into segments in ``flows.adapters.hl7v2_segments`` and go to DuckDB some thirty megabytes at a
time; what their fields mean stands in ``sql/hl7v2/*.sql``.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from flows.adapters.hl7v2_segments import (
    OBSERVATION_SCHEMA,
    SCHEMA,
    TABLES,
    Part,
    after_last_message,
    plain,
    segments,
)
from flows.adapters.model import Source, SourceFile
from flows.adapters.statements import execute, text_connection
from flows.adapters.text_chunks import TextFile, find_texts
from flows.errors import ExtractError
from flows.file_probe import must_be_text
from schemas.analytes import LOINC

log = logging.getLogger("hemacohort")

PIECE_BYTES = 1 << 22  # of text that is cut into segments at a time
CHUNK_BYTES = 1 << 25  # of segments that DuckDB sees at a time
_SUFFIXES = (".hl7", ".hl7.gz", ".er7", ".er7.gz", ".oru", ".msg", ".dat", ".txt", ".txt.gz")
_FORM = "HL7 text"
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
    with text_connection(out, [f"hl7v2/{macro}" for macro in MACROS]) as (connection, scratch):
        writer = _Writer(connection, out, scratch)
        files = [TextFile(path, path.relative_to(extract).as_posix(), _FORM) for path in paths]
        for file in files:
            for part in _parts(file):
                writer.add(part)
        writer.finish()
        return writer.source_files(files)


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


class _Writer:
    """Gathers segments, and has DuckDB write the rows of every so many bytes."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, out: Path, scratch: Path) -> None:
        self.connection = connection
        self.out = out
        self.scratch = scratch
        self.parts: list[Part] = []
        self.unread = 0
        self.waiting: dict[str, list[pa.RecordBatch]] = defaultdict(list)
        self.bytes = 0
        self.chunks = 0
        self.segments = 0
        self.results = 0
        self.others = 0
        self.broken = ""  # where the first line stands that is not a segment
        self.tables: set[tuple[str, str]] = set()  # table and file of the rows written

    def add(self, part: Part) -> None:
        """Take a part of a file."""
        self.parts.append(part)
        self.unread += len(part.text)
        if self.unread >= PIECE_BYTES:
            self.cut()

    def cut(self) -> None:
        """Cut what was taken into segments; small files together."""
        cut = segments(self.parts, self.segments)
        for table, rows in cut.tables.items():
            if rows.num_rows:
                self.waiting[table].append(rows)
                self.bytes += rows.nbytes
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
        self.others += cut.others
        self.parts, self.unread = [], 0
        if self.bytes >= CHUNK_BYTES:
            self.write()

    def write(self) -> None:
        """Write what is waiting."""
        schemas = {**dict.fromkeys((*TABLES, "broken"), SCHEMA), "observation": OBSERVATION_SCHEMA}
        for table, schema in schemas.items():
            self.connection.register(table, pa.Table.from_batches(self.waiting[table], schema=schema))
        self.results += sum(rows.num_rows for rows in self.waiting["observation"])
        if self.waiting["observation"]:
            self._execute("lab_results", self.out / f"lab_results_{self.chunks:06d}.parquet")
        if self.waiting["broken"]:
            self._execute("unreadable", self.out / f"lab_results_unreadable_{self.chunks:06d}.parquet")
        if self.waiting["patient"]:
            self._execute("patients", self.scratch / f"patients_{self.chunks:06d}.parquet")
        if self.waiting["merge"]:
            self._execute("patient_merges", self.out / f"patient_merges_{self.chunks:06d}.parquet")
        self.waiting.clear()
        self.bytes = 0
        self.chunks += 1

    def _execute(self, name: str, target: Path) -> None:
        # one text, not a list: of every element of a parameter DuckDB asks whether it is one of pandas'
        execute(self.connection, f"hl7v2/{name}", {"target": str(target), "loinc": " ".join(LOINC)})

    def finish(self) -> None:
        """Write the rest, and one row for each thing that is said of a patient."""
        if self.parts:
            self.cut()
        if self.bytes:
            self.write()
        patients = sorted(str(path) for path in self.scratch.glob("patients_*.parquet"))
        if patients:
            target = self.out / "patients.parquet"
            execute(self.connection, "hl7v2/distinct_patients", {"patients": patients, "target": str(target)})
            found = self.connection.read_parquet(str(target)).project("source_file").distinct().fetchall()
            self.tables.update(("patients", file) for (file,) in found)
        log.info("hl7v2: %d results in %d segments", self.results, self.segments)
        if self.others:
            log.info("hl7v2: %d OBX of messages that bring no results, which are not read", self.others)
        if not self.results:
            raise ExtractError(f"{self.broken}The hl7v2 extract holds no OBX of an ORU or OUL message.")

    def source_files(self, files: Sequence[TextFile]) -> Sequence[SourceFile]:
        """The files by the table they brought rows to."""
        told = {file.name: (file.name, file.size, file.sha256) for file in files}
        return [
            *(SourceFile(*told[name]) for name in told),
            *(SourceFile(*told[name], table) for table, name in sorted(self.tables)),
        ]


HL7V2 = Source("hl7v2", write_hl7v2)
