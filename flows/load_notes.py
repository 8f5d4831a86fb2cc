"""What a person should know of the files of a load: sentences about files and columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from flows.column_names import listed, names_to_show
from flows.reading import ReadFile
from flows.row_counts import FileCounts
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
            notes += _note_on_columns(file)
    notes += [
        f"the extract has no {table} file"
        for table in EXTRACT_TABLES
        if table != "patient_merges" and not files[table]
    ]
    return tuple(notes)


def _note_on_columns(file: ReadFile) -> list[str]:
    columns = file.ignored_columns
    if not columns:
        return []
    shown = listed(names_to_show(columns, ()), len(columns), 10)
    many = f"{len(columns)} columns are not part of the table and were not read"
    one = f"{f'column {shown}' if shown else 'one column'} is not part of the table and was not read"
    sentence = one if len(columns) == 1 else f"{many}{f': {shown}' if shown else ''}"
    return [f"{file.info.name}: {sentence}"]


def notes_on_identifiers(
    sent: pl.Series, named: Mapping[str, pl.Series], merges: Mapping[str, str]
) -> list[str]:
    """A sentence for each table of which no patient has a laboratory result: one of the exports may spell them otherwise.

    sent: the identifiers of laboratory rows. named: those of the rows of each other table, as they came. Said of a
    first load only: what a later one brings may concern other patients.
    """
    known = sent.replace(dict(merges)).unique()
    notes = []
    for table, identifiers in named.items():
        remaining = identifiers.replace(dict(merges)).drop_nulls().unique()
        if len(known) and len(remaining) and not remaining.is_in(known.implode()).any():
            whose = f"none of the {len(remaining):,} patients" if len(remaining) > 1 else "the only patient"
            notes.append(
                f"{table}: {whose} has {'no ' if len(remaining) == 1 else 'a '}laboratory result; "
                "see whether both exports spell patient_id alike"
            )
    return notes


def notes_on_unusable_files(files: Sequence[FileCounts]) -> list[str]:
    """A sentence for each file that brought rows and none that can be used: the export may be broken."""
    return [
        f"{file.name}: {f'not one of its {file.rows:,} rows can' if file.rows > 1 else 'its only row cannot'} be used; "
        "quality.quarantine has the reasons"
        for file in files
        if file.rows and file.quarantined == file.rows
    ]
