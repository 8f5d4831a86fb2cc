"""The texts of resources in the files of a FHIR extract, with the line each begins on.

Nearly all texts of an extract are Observations whose first member says so and which hold nothing but their own value.
They are singled out here by searching for a few words, so that the statements need not examine each of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from flows.adapters.fhir_contained import contained_results
from flows.adapters.fhir_documents import ResourceText, resources
from flows.adapters.text_chunks import TextFile, after_last_line, line_texts, repeated
from flows.errors import ExtractError
from flows.file_probe import must_be_text

LINES = (".ndjson", ".ndjson.gz")
SUFFIXES = (*LINES, ".json", ".json.gz")
FORM = "FHIR JSON"
LARGEST_DOCUMENT = 1 << 28  # bytes of a .json file, which is read whole
TEXTS = pa.schema(
    {
        "source_file": pa.dictionary(pa.int32(), pa.string()),
        "source_line": pa.int64(),
        "full_url": pa.string(),
        "text": pa.string(),
    }
)
_BUNDLE = '"Bundle"'
_CONTAINED = '"contained"'
_MEMBERS = '"hasMember"'
_USUAL_BEGINNINGS = ('{"resourceType":"Observation",', '{"resourceType": "Observation",')
# What makes more of an Observation than one result. Without quotes both are looked for in one pass; a text that has
# such a word for another reason is only read with more care than it needs.
_UNUSUAL_WORDS = "component|hasMember"


@dataclass(frozen=True)
class Texts:
    """Texts of a file, each with a row as TEXTS says.

    usual: they begin as Observations do and have neither components nor members; whether their JSON is whole shows when
    it is read. others: everything else.
    """

    file: str
    usual: pa.RecordBatch
    others: pa.RecordBatch

    def have_addresses(self) -> bool:
        """Whether some resource has an address that a Bundle gives it."""
        return self.others.column("full_url").null_count < self.others.num_rows

    def list_members(self) -> bool:
        """Whether some resource may list others as its members."""
        return _hold(self.others.column("text"), _MEMBERS).any()


def read_texts(file: TextFile) -> Iterator[Texts]:
    """The texts of a file in pieces of some megabytes. Raises ExtractError for a file that cannot be read or is not text."""
    if not file.name.lower().endswith(LINES):
        yield _document(file)
        return
    line = 1
    for piece in file.pieces(after_last_line):
        must_be_text(piece, file.name, line - 1, FORM)
        texts, numbers, lines = line_texts(piece, line)
        line += lines
        yield _taken_apart(file, texts, numbers)


def _taken_apart(file: TextFile, texts: pa.Array, numbers: pa.Array) -> Texts:
    """Lines of NDJSON, Bundles among them taken apart."""
    lines = _batch(file, texts, numbers, pa.nulls(len(texts), pa.string()))
    strings = _strings(texts)
    begins = reduce(or_, (strings.str.starts_with(beginning) for beginning in _USUAL_BEGINNINGS))
    usual = begins & ~strings.str.contains(_UNUSUAL_WORDS)
    if usual.all():  # nothing needs to be copied
        return Texts(file.name, lines, lines[:0])
    others = lines.filter(pc.invert(usual.to_arrow()))
    if _hold(others.column("text"), _BUNDLE).any():
        others = _unbundled(file, others)
    return Texts(file.name, lines.filter(usual.to_arrow()), _with_contained(file, others))


def _with_contained(file: TextFile, texts: pa.RecordBatch) -> pa.RecordBatch:
    """The texts, and after them those of Observations contained in reports and panels, on the lines of these."""
    may = _hold(texts.column("text"), _CONTAINED)
    if not may.any():
        return texts
    containers = texts.filter(may.to_arrow())
    found = [
        (result, number)
        for text, number in zip(
            containers.column("text").to_pylist(), containers.column("source_line").to_pylist(), strict=True
        )
        for result in contained_results(text)
    ]
    results = pa.array([result for result, _ in found], pa.string())
    numbers = pa.array([number for _, number in found], pa.int64())
    contained = _batch(file, results, numbers, pa.nulls(len(found), pa.string()))
    return pa.concat_batches([texts, contained])


def _unbundled(file: TextFile, lines: pa.RecordBatch) -> pa.RecordBatch:
    """The resources of lines that are Bundles, with their lines and addresses; every other line as it is."""
    found = [
        (resource.text, number, resource.full_url)
        for text, number in zip(
            lines.column("text").to_pylist(), lines.column("source_line").to_pylist(), strict=True
        )
        for resource in (resources(text) if _BUNDLE in text else (ResourceText(text, number),))
    ]
    texts, numbers, urls = zip(*found, strict=True)
    return _batch(
        file, pa.array(texts, pa.string()), pa.array(numbers, pa.int64()), pa.array(urls, pa.string())
    )


def _document(file: TextFile) -> Texts:
    """The resources of a JSON file."""
    if file.path.stat().st_size > LARGEST_DOCUMENT:
        raise ExtractError(
            f"{file.name} has more than {LARGEST_DOCUMENT >> 20} MB; a JSON document is read whole. Send NDJSON."
        )
    document = b"".join(file.pieces(after_last_line))
    must_be_text(document, file.name, 0, FORM)
    found = list(resources(document.decode("utf-8")))
    others = _batch(
        file,
        pa.array([resource.text for resource in found], pa.string()),
        pa.array([resource.line for resource in found], pa.int64()),
        pa.array([resource.full_url for resource in found], pa.string()),
    )
    return Texts(file.name, others[:0], _with_contained(file, others))


def _batch(file: TextFile, texts: pa.Array, numbers: pa.Array, urls: pa.Array) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([repeated(file.name, len(texts)), numbers, urls, texts], schema=TEXTS)


def _strings(texts: pa.Array) -> pl.Series:
    """The same texts, not copied, for Polars, which looks for a word in them three times as fast as DuckDB or Python."""
    return pl.Series(texts)


def _hold(texts: pa.Array, word: str) -> pl.Series:
    return _strings(texts).str.contains(word, literal=True)
