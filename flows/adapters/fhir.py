"""FHIR R4: bulk NDJSON, Bundles and single resources (docs/sources/fhir.md).

Texts of resources go to DuckDB some sixty megabytes at a time, with the line each begins on: DuckDB's own reader of
NDJSON knows neither lines nor what to do with a broken one. The JSON is interpreted in ``sql/fhir/*.sql``.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from flows.adapters.fhir_texts import FORM, SUFFIXES, TEXTS, Texts, read_texts
from flows.adapters.model import Source, SourceFile
from flows.adapters.statements import execute, text_connection
from flows.adapters.tables import DRUG_NAMES
from flows.adapters.text_chunks import TextFile, find_texts
from flows.errors import ExtractError
from flows.workers import ahead, in_order
from schemas.analytes import LOINC
from schemas.extract import CODE_SYSTEMS

log = logging.getLogger("hemacohort")

CHUNK_BYTES = 1 << 26  # of JSON text that DuckDB sees at a time
WRITERS = 2  # chunks in work at a time, each on one core
_MACROS = (
    "names_loinc",
    "reference_id",
    "referred_by",
    "is_about_another",
    "concept_text",
    "observation_of",
    "coding_of",
    "number_as_written",
    "off_scale",
    "other_value",
    "range_unit",
    "specimen_time",
    "other_time",
    "unit_of",
    "laboratory_of",
    "event_system",
    "is_event_system",
    "event_codings",
    "drug_name",
    "first_sure_day",
    "last_sure_day",
    "specialty_word",
    "specialty_of",
    "is_left_out",
)
_DRUGS = ("MedicationRequest", "MedicationAdministration", "MedicationStatement")


@dataclass(frozen=True)
class _Step:
    """A statement for resources of some kinds. table: the canonical one it fills; empty: its rows are only looked up."""

    statement: str
    kinds: tuple[str, ...]
    table: str


_STEPS = (
    _Step("lab_results", ("Observation",), "lab_results"),
    _Step("patients", ("Patient",), "patients"),
    _Step("patient_merges", ("Patient",), "patient_merges"),
    _Step("diagnoses", ("Condition",), "clinical_events"),
    _Step("procedures", ("Procedure",), "clinical_events"),
    _Step("encounters", ("Encounter",), "clinical_events"),
    _Step("drugs", _DRUGS, ""),
    _Step("medications", ("Medication",), ""),
    _Step("specimens", ("Specimen",), ""),
)
_LISTS = _Step("listed_results", ("DiagnosticReport", "Observation"), "")
_ADDRESSES = _Step("addresses", ("Observation",), "")
# The tables that a kind of resource brings rows to, or leaves rows out of; None: a text that is not a resource.
_TABLES: Mapping[str | None, tuple[str, ...]] = {
    None: ("lab_results",),
    "Observation": ("lab_results",),
    "Patient": ("patients",),
    **dict.fromkeys(("Condition", "Procedure", "Encounter", *_DRUGS), ("clinical_events",)),
}
_READ = frozenset(kind for step in (*_STEPS, _LISTS) for kind in step.kinds)


def write_fhir(extract: Path, out: Path) -> Sequence[SourceFile]:
    """Bring FHIR resources to the canonical layout; see flows.adapters.model.Source.

    Raises ExtractError for a folder without FHIR files, for a file that cannot be read or is not text, and where there
    is no Observation at all.
    """
    paths = find_texts(extract, SUFFIXES)
    if not paths:
        raise ExtractError(f"The fhir extract {extract.name!r} holds no .ndjson, .ndjson.gz or .json file.")
    with text_connection(out, [f"fhir/{macro}" for macro in _MACROS]) as (connection, scratch):
        writer = _Writer(connection, out, scratch)
        files = [TextFile(path, path.relative_to(extract).as_posix(), FORM) for path in paths]
        for brought in in_order(writer.write, enumerate(ahead(_chunks(files))), WRITERS):
            writer.add(brought)
        return writer.finish(files)


def _chunks(files: Sequence[TextFile]) -> Iterator[Sequence[Texts]]:
    """The texts of all files, about so many bytes at a time; small files together."""
    chunk: list[Texts] = []
    size = 0
    for texts in chain.from_iterable(map(read_texts, files)):
        chunk.append(texts)
        size += texts.usual.nbytes + texts.others.nbytes
        if size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


@dataclass(frozen=True)
class _Brought:
    """What a chunk held and left out: resources by file and kind; file and line of its first text that is none."""

    held: Counter[tuple[str, str | None]]
    left_out: Counter[tuple[str, str | None]]
    unreadable: Sequence[tuple[str, int]]


class _Chunk:
    """Has DuckDB write the rows of a chunk of texts. Its tables are its connection's own, its files bear its number."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, number: int, out: Path, scratch: Path) -> None:
        self.connection = connection
        self.number = number
        self.out = out
        self.scratch = scratch

    def write(self, chunk: Sequence[Texts]) -> _Brought:
        """Write the rows of the texts."""
        usual = [texts.usual for texts in chunk]
        others = [texts.others for texts in chunk]
        held = self._take(usual, others)
        if held is None:
            held = self._take([], [*usual, *others]) or Counter()
        else:
            for texts in chunk:
                held[texts.file, "Observation"] += texts.usual.num_rows
        held = +held
        kinds = {kind for _, kind in held}
        for step in _STEPS[1:]:
            if not kinds.isdisjoint(step.kinds):
                self._execute(step)
        if "DiagnosticReport" in kinds or any(texts.list_members() for texts in chunk):
            self._execute(_LISTS)
        if any(texts.have_addresses() for texts in chunk):
            self._execute(_ADDRESSES)
        unreadable: Sequence[tuple[Any, ...]] = ()
        if None in kinds:
            self._execute(_Step("unreadable", (), "lab_results"))
            unreadable = execute(self.connection, "fhir/first_unreadable", {})
        left_out = execute(self.connection, "fhir/left_out", {}) if kinds - {"Observation", "Patient"} else ()
        return _Brought(
            held,
            Counter({(file, kind): number for file, kind, number in left_out}),
            [(file, line) for file, line in unreadable],
        )

    def _take(
        self, usual: Sequence[pa.RecordBatch], others: Sequence[pa.RecordBatch]
    ) -> Counter[tuple[str, str | None]] | None:
        """Tell the kinds of the others and write all laboratory rows; how many of the others there are by file and kind.

        Where fewer rows came than should (the JSON of a usual text is broken), nothing is given, and the usual texts
        are to be taken with the others.
        """
        self.connection.register("usual_text", pa.Table.from_batches(usual, schema=TEXTS))
        self.connection.register("resource_text", pa.Table.from_batches(others, schema=TEXTS))
        execute(self.connection, "fhir/resources", {})
        counted = execute(self.connection, "fhir/census", {})
        results = sum(texts.num_rows for texts in usual) + sum(number for _, _, _, number in counted)
        if results and self._execute(_STEPS[0]) != results and usual:
            return None
        return Counter({(file, kind): number for file, kind, number, _ in counted})

    def _execute(self, step: _Step) -> int:
        """Run a step's statement; how many rows it wrote."""
        folder = self.out if step.table else self.scratch
        name = (
            step.statement if step.statement == step.table else f"{step.table}_{step.statement}".lstrip("_")
        )
        target = folder / f"{name}_{self.number:06d}.parquet"
        # one text, not a list: of every element of a parameter DuckDB asks whether it is one of pandas'
        written = execute(
            self.connection, f"fhir/{step.statement}", {"target": str(target), "loinc": " ".join(LOINC)}
        )
        return int(written[0][0]) if written else 0


class _Writer:
    """Has chunks written beside each other, and knows what all of them held."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, out: Path, scratch: Path) -> None:
        self.connection = connection
        self.out = out
        self.scratch = scratch
        self.held: Counter[tuple[str, str | None]] = Counter()  # resources by file and kind
        self.left_out: Counter[tuple[str, str | None]] = Counter()
        self.unreadable: list[tuple[str, int]] = []  # file and line of the first one of each chunk

    def write(self, numbered: tuple[int, Sequence[Texts]]) -> _Brought:
        """Write the rows of a chunk."""
        number, chunk = numbered
        with self.connection.cursor() as connection:
            return _Chunk(connection, number, self.out, self.scratch).write(chunk)

    def add(self, brought: _Brought) -> None:
        """Count what a chunk held."""
        self.held += brought.held
        self.left_out += brought.left_out
        self.unreadable += brought.unreadable

    def finish(self, files: Sequence[TextFile]) -> Sequence[SourceFile]:
        """Write what needed all chunks; the files whose resources became rows."""
        self._give_times("timed_by_specimen", "specimens")
        self._follow_addresses()
        self._give_times("timed_by_list", "listed_results")
        drugs = sorted(str(path) for path in self.scratch.glob("drugs_*.parquet"))
        if drugs:
            medications = sorted(str(path) for path in self.scratch.glob("medications_*.parquet"))
            target = str(self.out / "clinical_events_drugs.parquet")
            self._look_up(drugs, medications, target)
        kinds: Counter[str | None] = Counter()
        for (_, kind), number in self.held.items():
            kinds[kind if kind is None or kind.isalpha() else "other"] += number
        for kind, number in sorted(kinds.items(), key=lambda item: str(item[0])):
            what = "texts that are no resource" if kind is None else f"{kind[:40]} resources"
            log.info("fhir: %d %s%s", number, what, "" if kind in _READ else ", which are not read")
        if not kinds["Observation"]:
            where = "".join(f"{file}, line {line}: no FHIR resource. " for file, line in self.unreadable[:1])
            raise ExtractError(f"{where}The fhir extract holds no Observation.")
        return self._source_files(files)

    def _give_times(self, statement: str, source: str) -> None:
        """Give results that do not say when they were collected the time that pieces of a source say."""
        source_pieces = sorted(str(path) for path in self.scratch.glob(f"{source}_*.parquet"))
        timed = self.scratch / "timed.parquet"
        for piece in sorted(self.out.glob("lab_results_[0-9]*.parquet")) if source_pieces else ():
            values = {"piece": str(piece), source: source_pieces, "target": str(timed)}
            if execute(self.connection, "fhir/without_time", values)[0][0]:
                execute(self.connection, f"fhir/{statement}", values)
                timed.replace(piece)

    def _follow_addresses(self) -> None:
        """Say of results that are listed by their address in a Bundle under which id they are known."""
        listed, addresses = (
            sorted(str(path) for path in self.scratch.glob(f"{step.statement}_[0-9]*.parquet"))
            for step in (_LISTS, _ADDRESSES)
        )
        if listed and addresses:
            target = str(self.scratch / "listed_results_by_address.parquet")
            values = {"listed_results": listed, "addresses": addresses, "target": target}
            execute(self.connection, "fhir/listed_by_address", values)

    def _look_up(self, drugs: list[str], medications: list[str], target: str) -> None:
        if not medications:
            empty = self.scratch / "no_medications.parquet"
            execute(self.connection, "fhir/no_medications", {"target": str(empty)})
            medications = [str(empty)]
        for name in DRUG_NAMES:
            execute(self.connection, name, {})
        values = {
            "drugs": drugs,
            "medications": medications,
            "code_systems": list(CODE_SYSTEMS),
            "target": target,
        }
        execute(self.connection, "fhir/drug_events", values)

    def _source_files(self, files: Sequence[TextFile]) -> Sequence[SourceFile]:
        """The files that were read, and once more for each table they brought rows to, or might have."""
        read = {file.name: (file.name, file.size, file.sha256) for file in files}
        left_out: Counter[tuple[str, str]] = Counter()
        for name, kind in self.held:
            for table in _TABLES.get(kind, ()):
                left_out[table, name] += self.left_out[name, kind]
        return [
            *(SourceFile(*read[name]) for name in read),
            *(SourceFile(*read[name], table, number) for (table, name), number in sorted(left_out.items())),
        ]


FHIR = Source("fhir", write_fhir, merges="by record")
