"""Value sets: the codes behind the conditions about diagnoses, drugs, procedures and encounters (RULES.md 5, 5.1).

Each set is a CSV file in this folder (code_system, code, match, display, source); ``index.csv`` has their titles,
domains, versions and sources. A code matches exactly or by prefix, without regard to dots, blanks and case.
``docs/codes.md`` says which codes nobody has reviewed.
"""

from __future__ import annotations

import csv  # noqa: TID251  the value sets are declarations of this package; nothing else is read
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

from schemas.extract import CODE_SYSTEMS, EVENT_KINDS

EXACT, PREFIX = "exact", "prefix"
INDEX_COLUMNS = ("value_set", "title", "domain", "version", "source")
COLUMNS = ("code_system", "code", "match", "display", "source")

# What a code of each system looks like; a prefix may stop where a level of the system ends.
_ICD10CM = r"[A-Z]\d[0-9AB](\.[0-9A-Z]{1,4})?"
_SHAPES: Mapping[tuple[str, str], str] = {
    ("ICD10CM", EXACT): _ICD10CM,
    ("ICD10CM", PREFIX): rf"[A-Z]|{_ICD10CM}",
    ("ICD9CM", EXACT): r"(\d{3}|V\d{2})(\.\d{1,2})?|E\d{3}(\.\d)?",
    ("ICD9CM", PREFIX): r"(\d{3}|V\d{2})(\.\d{1,2})?|E\d{3}(\.\d)?",
    ("SNOMED", EXACT): r"[1-9]\d{5,17}",
    ("ATC", EXACT): r"[A-Z]\d{2}[A-Z]{2}\d{2}",
    ("ATC", PREFIX): r"[A-Z](\d{2}([A-Z]([A-Z](\d{2})?)?)?)?",
    ("RXNORM", EXACT): r"[1-9]\d{0,7}",
    ("CPT", EXACT): r"\d{4}[0-9A-Z]",
    ("CPT", PREFIX): r"\d{4}[0-9A-Z]",  # whole codes: a modifier may follow
    ("ICD10PCS", EXACT): r"[0-9A-HJ-NP-Z]{7}",
    ("ICD10PCS", PREFIX): r"[0-9A-HJ-NP-Z]{3,7}",
    ("HCPCS", EXACT): r"[A-V]\d{4}",
    ("HCPCS", PREFIX): r"[A-V]\d{4}",
    ("SPECIALTY", EXACT): r"[0-9A-Za-z]+( [A-Za-z]+)*",
    ("SPECIALTY", PREFIX): r"[a-z]{4,}",  # words; a number would take other specialties along
}


@dataclass(frozen=True)
class Code:
    """One line of a value set. match: exact or prefix. display: what it means. source: where the line comes from."""

    system: str
    code: str
    match: str = PREFIX
    display: str = ""
    source: str = ""

    @cached_property
    def bare(self) -> str:
        """The code as codes are compared."""
        return bare(self.code)


@dataclass(frozen=True)
class CodeSet:
    """Codes of one meaning and the domain whose observation makes their absence a no."""

    id: str
    title: str
    domain: str
    version: int
    source: str
    codes: tuple[Code, ...]


def bare(code: str) -> str:
    """A code without dots and blanks, in upper case."""
    return re.sub(r"[.\s]", "", code).upper()


def problems(item: CodeSet) -> list[str]:
    """Sentences about what is wrong with a value set: malformed, repeated or needless lines."""
    found = []
    if item.domain not in EVENT_KINDS:
        found.append(f"{item.id}: {item.domain!r} is not a domain")
    if item.version < 1 or not item.source or not item.title:
        found.append(f"{item.id} needs a title, a source and a version from 1")
    if not item.codes:
        found.append(f"{item.id} has no codes")
    for line in item.codes:
        shape = _SHAPES.get((line.system, line.match))
        if line.system not in CODE_SYSTEMS or shape is None:
            found.append(f"{item.id}: {line.system} {line.code} cannot match {line.match!r}")
        elif re.fullmatch(shape, line.code) is None:
            found.append(f"{item.id}: {line.code!r} is no {line.match} code of {line.system}")
        if not line.display or not line.source:
            found.append(f"{item.id}: {line.system} {line.code} needs a display and a source")
    codes = [(line.system, line.bare) for line in item.codes]
    times = Counter(codes)
    prefixes = {code for line, code in zip(item.codes, codes, strict=True) if line.match == PREFIX}
    for line, (system, code) in zip(item.codes, codes, strict=True):
        if times[(system, code)] > 1:
            found.append(f"{item.id}: {line.system} {line.code} is in two lines")
        elif any((system, code[:length]) in prefixes for length in range(1, len(code))):
            found.append(f"{item.id}: {line.system} {line.code} lies inside another prefix")
    return found


def _rows(name: str, columns: tuple[str, ...]) -> Iterable[dict[str, str]]:
    text = files(__name__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines(), strict=True))
    for number, row in enumerate(rows, start=2):
        if tuple(row) != columns or None in row.values():
            raise ValueError(f"value_sets/{name}.csv, line {number}: the columns are {', '.join(columns)}")
    return rows


def _read(row: Mapping[str, str]) -> CodeSet:
    name = row["value_set"]
    lines = (
        Code(line["code_system"], line["code"], line["match"], line["display"], line["source"])
        for line in _rows(name, COLUMNS)
    )
    return CodeSet(name, row["title"], row["domain"], int(row["version"]), row["source"], tuple(lines))


CODE_SETS: Mapping[str, CodeSet] = {row["value_set"]: _read(row) for row in _rows("index", INDEX_COLUMNS)}
"""Value set by id."""

_found = [sentence for item in CODE_SETS.values() for sentence in problems(item)]
if _found:  # no run starts on a broken value set
    raise ValueError("; ".join(_found))
