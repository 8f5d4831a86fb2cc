"""Foreign extracts brought to the canonical layout, one module a source.

``docs/sources/`` says what is read, left out and decided. Every row keeps the file and the line it came from.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from hashlib import file_digest, sha256
from pathlib import Path

from flows.adapters.fhir import FHIR
from flows.adapters.hl7v2 import HL7V2
from flows.adapters.mimic_iv import MIMIC_IV
from flows.adapters.model import MergesTold, Source, SourceFile
from flows.adapters.omop import OMOP
from flows.adapters.synthea import SYNTHEA
from flows.errors import ExtractError, UsageError

CANONICAL = "canonical"
SOURCES: tuple[Source, ...] = (MIMIC_IV, OMOP, FHIR, SYNTHEA, HL7V2)
_BY_NAME = {known.name: known for known in SOURCES}
_FILES = ".source_files.json"  # hidden: no table of the extract


def adapt(source: str, extract: Path, out: Path) -> Path:
    """The folder that holds the extract in canonical layout.

    source ``canonical`` gives ``extract`` itself; a source of ``SOURCES`` is written into ``out`` as Parquet
    tables (all columns text, plus source_file and source_line), and ``out`` is given back. Raises UsageError for
    another source and ExtractError for a file that is missing, unreadable, or breaks the source's layout.
    """
    if source == CANONICAL:
        return extract
    known = _source(source, extract)
    out.mkdir(parents=True, exist_ok=True)
    for earlier in out.glob("*.parquet"):
        earlier.unlink()  # an earlier try may have left it
    files = [asdict(file) for file in known.write(extract, out)]
    (out / _FILES).write_text(json.dumps(files), encoding="utf-8")
    return out


def folder_checksum(source: str, extract: Path) -> tuple[str, int]:
    """Checksum of a source and the names and contents of all files of its extract, and how many they are.

    UsageError for another source; ExtractError for a folder that is not there and a file that cannot be read.
    """
    checksum = sha256(_source(source, extract).name.encode())
    names = sorted(path.relative_to(extract).as_posix() for path in extract.rglob("*") if path.is_file())
    for name in names:
        try:
            with (extract / name).open("rb") as file:
                checksum.update(f"{name}\0{file_digest(file, 'sha256').hexdigest()}\n".encode())
        except OSError as error:
            raise ExtractError(f"{name} cannot be read: {error.strerror}.") from None
    return checksum.hexdigest(), len(names)


def source_files(adapted: Path) -> tuple[SourceFile, ...]:
    """The files of the source behind a folder that ``adapt`` filled."""
    files = json.loads((adapted / _FILES).read_text(encoding="utf-8"))
    return tuple(SourceFile(**file) for file in files)


def merges_told(source: str) -> MergesTold:
    """What the patient merges of an extract of a foreign source say of earlier ones (``flows.adapters.model.Source``)."""
    return _BY_NAME[source].merges


def _source(name: str, extract: Path) -> Source:
    if name not in _BY_NAME:
        raise UsageError(f"There is no source {name[:40]!r}; there are {', '.join((CANONICAL, *_BY_NAME))}.")
    if not extract.is_dir():
        raise ExtractError(f"The extract folder {extract.name!r} does not exist or is not a folder.")
    return _BY_NAME[name]
