"""Names of an extract's files in what is said outside the data: they may identify a patient, so they are not repeated.

A name made of a table's name, a part number of up to three digits or a day with dashes, and suffixes is plain and
shown. Any other is said by its place, `file 3 of 12`, in the folder sorted by name as `LC_ALL=C ls` sorts it. A place
cannot be turned back into a name without the folder, which a hash of a name with a patient's number could.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from schemas.extract import EXTRACT_TABLES

# Tables of the foreign layouts and their folders. One that is missing here is said by its place.
_LAYOUTS = (
    "admissions concept condition condition_occurrence conditions csv d_labitems death diagnoses_icd diagnosticreport "
    "drug_exposure encounter encounters hcpcsevents hosp labevents measurement medication medicationadministration "
    "medicationrequest medications medicationstatement observation observation_period observations patient patients person "
    "prescriptions procedure procedure_occurrence procedures procedures_icd provider services specimen visit_occurrence"
).split()
_STEMS = "|".join(sorted({*EXTRACT_TABLES, *_LAYOUTS}, key=len, reverse=True))
# Also of files that are not read: a sentence about lab_results.xlsx should say so.
_SUFFIXES = "csv|gz|parquet|txt|tsv|tab|xlsx?|zip|bz2|xz|zst|7z|jsonl?|ndjson|xml|xpt|sas7bdat|bak|tmp"
_PLAIN = re.compile(
    rf"({_STEMS})([-_.]?\d{{1,3}}|[-_.]\d{{4}}-\d\d(-\d\d)?)?(\.({_SUFFIXES}))*", re.IGNORECASE
)


PLACES = "Files are counted in the order of LC_ALL=C ls, for their names may identify a patient."


def is_plain(name: str) -> bool:
    """Whether a file's name (with the folders inside the extract) may be shown where patients may not be."""
    return all(_PLAIN.fullmatch(part) for part in name.split("/"))


def without_names(text: str, extract: Path) -> str:
    """``text`` with every name of a file or folder inside the extract that is not plain said by its place."""
    for name, place in _places(extract):
        for spelled in (name, ascii(name)[1:-1], repr(name)[1:-1]):
            text = re.sub(rf"(?<![\w.-]){re.escape(spelled)}(?![\w-])", place, text)
    return text


def _places(extract: Path) -> list[tuple[str, str]]:
    """(name, place) of each name that is not plain, the longest first, for one may be a part of another."""
    found: dict[str, str] = {}
    for _, folders, files in os.walk(extract):
        for names, what in ((folders, "folder"), (files, "file")):
            shown = sorted(name for name in names if not name.startswith("."))
            for number, name in enumerate(shown, start=1):
                if not is_plain(name):
                    found.setdefault(name, f"{what} {number} of {len(shown)}")
    return sorted(found.items(), key=lambda pair: len(pair[0]), reverse=True)
