"""What a source is: a name, and a function that brings its files to the canonical layout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

MergesTold = Literal["complete", "by record", "by message"]


@dataclass(frozen=True)
class SourceFile:
    """A file that was read.

    name: path relative to the extract, as in source_file. table: the canonical table its records became rows of, None
    for a file that only tells what others mean (names, concepts, stays). left_out: records that became no row (a
    drug that no rule reads); they are counted as ignored.
    """

    name: str
    bytes: int
    sha256: str
    table: str | None = None
    left_out: int = 0


@dataclass(frozen=True)
class Source:
    """A foreign layout.

    write: takes the extract's folder and an empty folder, and writes TABLE*.parquet into the latter for each canonical
    table it can fill (``clinical_events_diagnoses.parquet`` is a piece of ``clinical_events``). Columns are those of
    schemas.extract as text, null where empty, plus source_file (path relative to the extract, text) and source_line
    (physical line on which the record starts, Int64; in a Parquet file the row, from 1). Its memory does not grow with
    the extract. Records that cannot be read go into a file of their own, ``TABLE_unreadable*.parquet``, with the
    columns received (the record as it stands), source_file and source_line. Returns the files that were read. Raises
    ExtractError with one sentence for a file that is missing, unreadable or breaks the layout.

    merges: what an extract's patient merges say of earlier ones. They are complete; or each patient's record tells that
    patient's, and a record that is not there nothing; or each message tells one more.
    """

    name: str
    write: Callable[[Path, Path], Sequence[SourceFile]]
    merges: MergesTold = "complete"
