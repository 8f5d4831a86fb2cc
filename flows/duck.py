"""Opening DuckDB, always in the same way."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb


def opened(file: Path | None = None, *, read_only: bool = False, **config: Any) -> duckdb.DuckDBPyConnection:
    """A connection to a DuckDB file, or to an empty database in memory.

    It draws no progress bar: after two seconds DuckDB would write one over a log, or into the answer to a query.
    """
    connection = duckdb.connect(":memory:" if file is None else str(file), read_only=read_only, config=config)
    connection.execute("SET enable_progress_bar = false")
    return connection


def dictionaries(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Mapping[str, object]
) -> list[dict[str, Any]]:
    """The rows of an answer, each by the names of its columns."""
    answer = connection.execute(query, parameters or None)
    columns = [column[0] for column in answer.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]


def write_out(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring what was committed into the file itself; raises what closing keeps to itself, such as a full disk.

    Until then it lies in a second file beside, and whoever moves the first one alone would move an empty one.
    """
    connection.execute("CHECKPOINT")
