"""What a person should know of the files of a load: sentences about files and columns."""

from __future__ import annotations

from collections.abc import Mapping

from flows.reading import ReadFile
from schemas.extract import EXTRACT_TABLES


def load_notes(
    unknown: tuple[str, ...], files: Mapping[str, list[ReadFile]], known_files: int
) -> tuple[str, ...]:
    """The notes of a load, in the order of the tables. unknown: files of no table. known_files: loaded before."""
    notes = [f"{name} belongs to no table of the extract and was not read" for name in unknown]
    if known_files:
        notes.append(
            f"{known_files} file{'s were' if known_files > 1 else ' was'} loaded on an earlier night and skipped"
        )
    for registered in files.values():
        for file in registered:
            columns = file.ignored_columns
            if len(columns) == 1:
                notes.append(
                    f"{file.info.name}: column {columns[0]} is not part of the table and was not read"
                )
            elif columns:
                names = ", ".join(columns[:10]) + (", …" if len(columns) > 10 else "")
                notes.append(
                    f"{file.info.name}: {len(columns)} columns are not part of the table and were not read: {names}"
                )
    notes += [
        f"the extract has no {table} file"
        for table in EXTRACT_TABLES
        if table != "patient_merges" and not files[table]
    ]
    return tuple(notes)
