"""The statements that make the warehouse's tables, views and comments; DuckDB takes no parameters in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from schemas.warehouse import SCHEMAS, NightFile, Source
from schemas.warehouse_columns import comment


def ddl_schemas() -> list[str]:
    """Statements that make the schemas."""
    return [f"CREATE SCHEMA {name}" for name in SCHEMAS]


def ddl_source(source: Source, folder: str) -> str:
    """Statement that makes a table or view of Parquet pieces.

    The path is quoted, for DDL takes no parameters.
    """
    return f"CREATE {source.kind} {source.name} AS {_pieces([f'{folder}/{source.pieces}'])}"


def ddl_generations(source: Source, generations: Mapping[int, list[str]], owner: str) -> str:
    """Statement that makes a table or view of the rows in force among pieces of several generations.

    generations: paths of the pieces by generation. owner: path of the table that says which generation holds the rows
    in force of a patient, where it is not the only one with rows of the patient.
    """
    return (
        f"CREATE {source.kind} {source.name} AS {' UNION ALL BY NAME '.join(_in_force(generations, owner))}"
    )


def ddl_file(
    source: Source,
    file: NightFile,
    by_patient: Sequence[tuple[Mapping[int, list[str]], str]],
    loads: list[str],
    as_of: str,
    run_id: str,
) -> str:
    """Statement that shows the pieces of a file as the file would be.

    by_patient: pieces by generation and owner table, of each table that has any. loads: paths of other pieces.
    """
    parts = [part for generations, owner in by_patient for part in _in_force(generations, owner)]
    parts += [_pieces(loads)] if loads else []
    of_the_night = {
        "as_of": f"CAST({quoted(as_of)} AS DATE) AS as_of",
        "run_id": f"{quoted(run_id)} AS run_id",
    }
    columns = ", ".join(of_the_night.get(name, f'"{name}"') for name in file.columns)
    return (
        f"CREATE {source.kind} {source.name} AS SELECT {columns} FROM ({' UNION ALL BY NAME '.join(parts)})"  # noqa: S608
    )


def _in_force(generations: Mapping[int, list[str]], owner: str) -> list[str]:
    """Queries of the rows in force, one a generation."""
    newest = max(generations)
    parts = []
    for number, pieces in sorted(generations.items()):
        rows = _pieces(pieces)
        if number < newest:
            gone = f"SELECT patient_id FROM read_parquet({quoted(owner)}) WHERE generation > {number:d}"  # noqa: S608
            rows = f"SELECT piece.* FROM ({rows}) AS piece ANTI JOIN ({gone}) AS gone USING (patient_id)"  # noqa: S608
        parts.append(rows)
    return parts


def _pieces(paths: list[str]) -> str:
    listed = ", ".join(quoted(path) for path in paths)
    return f"SELECT * FROM read_parquet([{listed}], union_by_name = true)"  # noqa: S608


def ddl_comments(
    name: str, kind: str, says: str, columns: list[str], criteria: Mapping[str, str]
) -> list[str]:
    """Statements that comment a table or view and each of its columns; criteria: sentence of each verdict column."""
    texts = [(column, criteria.get(column) or comment(column, name)) for column in columns]
    return [
        f"COMMENT ON {kind} {name} IS {quoted(says)}",
        *(f'COMMENT ON COLUMN {name}."{_doubled(column)}" IS {quoted(text)}' for column, text in texts),
    ]


def quoted(text: str) -> str:
    """A text as SQL takes it literally, for DDL takes no parameters."""
    return "'" + text.replace("'", "''") + "'"


def _doubled(name: str) -> str:
    return name.replace('"', '""')
