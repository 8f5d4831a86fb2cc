"""Runs the SQL statements of a source."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from flows.duck import opened
from flows.sql import statement

TEXT_MEMORY_LIMIT = "1GB"  # beside the chunk of text at hand
# Half the cores: the other half reads and hashes what comes next, or has another chunk written. A thread that waits
# for another's share of a small chunk keeps its core busy, so that a second one costs more than it brings.
STATEMENT_THREADS = max(1, (os.cpu_count() or 1) // 2)
_PARAMETER = re.compile(r"\$(\w+)")


def execute(
    connection: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, Any]
) -> Sequence[tuple[Any, ...]]:
    """Run one statement with those of the values that it names as parameters, and give its rows."""
    text = statement(name)
    return connection.execute(text, {key: values[key] for key in set(_PARAMETER.findall(text))}).fetchall()


@contextmanager
def text_connection(out: Path, macros: Sequence[str]) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """A database for the records of a source of texts, with its macros, and a folder for what does not fit in memory.

    out: the folder the adapter writes to; the scratch folder lies in it and goes at the end. macros: statements.
    """
    with tempfile.TemporaryDirectory(dir=out, prefix=".") as scratch:
        config: dict[str, Any] = {
            "memory_limit": TEXT_MEMORY_LIMIT,
            "temp_directory": scratch,
            "preserve_insertion_order": False,  # each row knows its line
            # of a chunk no sizes are known: joins run as they are written, the small table on the right
            # and a filter on what JSON says runs behind it, for before it the JSON would be read twice
            "disabled_optimizers": "join_order,build_side_probe_side,filter_pushdown",
            "threads": STATEMENT_THREADS,
        }
        with opened(**config) as connection:
            for macro in macros:
                execute(connection, macro, {})
            yield connection, Path(scratch)
