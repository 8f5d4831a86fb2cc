"""Runs the SQL statements of a source."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from flows.sql import statement

_PARAMETER = re.compile(r"\$(\w+)")


def execute(
    connection: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, Any]
) -> Sequence[tuple[Any, ...]]:
    """Run one statement with those of the values that it names as parameters, and give its rows."""
    text = statement(name)
    return connection.execute(text, {key: values[key] for key in set(_PARAMETER.findall(text))}).fetchall()
