"""``hemacohort sql``: a question to the published night, read-only by construction.

Three fences, each enough for most of what they keep out: the file is opened read-only; DuckDB may open
nothing but the night's own folder and its settings are locked; and only one statement that reads is carried
out. The third one matters, because inside an allowed folder DuckDB would also write (COPY, EXPORT, and
EXPLAIN ANALYZE around them).
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl

from flows.answers import has_lost_bytes
from flows.duck import opened
from flows.errors import UsageError
from flows.failures import masked
from flows.home import DATABASE, Home
from flows.moved import in_place
from flows.sql import statement

_EXPLAIN = re.compile(r"(?is)\s*explain(?P<analyze>\s+analyze)?\b(?P<question>.*)")
_SHOW_TABLES = re.compile(r"(?i)\s*show\s+tables\s*;?\s*")
# What these say quotes the value they stumbled over.
_ABOUT_VALUES = (duckdb.ConversionException, duckdb.InvalidInputException, duckdb.OutOfRangeException)
_ONLY_DUCKDB = re.compile(r"\b(INTERVAL|UNION)\b")
_READS = {duckdb.StatementType.SELECT}
_ALLOWED = "One SELECT, DESCRIBE, SHOW or EXPLAIN is allowed"
_PIVOT = re.compile(r"(?i)\bpivot(_wider)?\b")
_PIVOT_INSTEAD = (
    " A PIVOT is several unless it names the values that become columns, as in PIVOT cohort.membership ON tier IN "
    "('confirmed', 'probable', 'possible') USING count(*) GROUP BY rule_id."
)
_ENDLESS = (
    " Where an interval has no end, its bound is infinite: leave such columns out, as in SUMMARIZE SELECT * NOT SIMILAR "
    "TO '.*_(low|high)' FROM lab.result, or such rows, as in WHERE isfinite(value_high)."
)


def ask(root: Path, query: str, memory_limit: str = "2GB") -> pl.DataFrame:
    """Answer of one reading statement on the last published night of the home at ``root``.

    Raises UsageError for an empty home, for anything but one reading statement, for what DuckDB refuses, and for an
    answer with an interval or a union in it.
    """
    home = Home(root.absolute())
    night = in_place(home, home.night())
    text = reading_statement(query)
    with _sandbox(night, memory_limit) as connection:
        try:
            answer = connection.execute(text)
            _check_kinds({column[0]: str(column[1]) for column in answer.description or ()})
            return answer.pl()
        except duckdb.Error as error:
            raise UsageError(_sentence(error)) from None


def reading_statement(query: str) -> str:
    """The query if it is exactly one statement that only reads. UsageError otherwise."""
    found = _kinds(query)
    if len(found) != 1:
        raise UsageError(
            f"{_ALLOWED}, and {len(found) or 'none'} was found."
            if not found
            else f"{_ALLOWED}, not {len(found)} statements.{_PIVOT_INSTEAD if _makes_a_pivot(query, found) else ''}"
        )
    kind, text = found[0]
    if _SHOW_TABLES.fullmatch(text):  # DuckDB looks into one schema only, in which a night has nothing
        return statement("warehouse/show_tables")
    if kind in _READS:
        return text
    # EXPLAIN ANALYZE carries out what follows it: what follows must be a reading statement by itself.
    explain = _EXPLAIN.fullmatch(text) if kind == duckdb.StatementType.EXPLAIN else None
    if explain is not None:
        inner = _kinds(explain["question"])
        if len(inner) == 1 and inner[0][0] in _READS:
            return f"EXPLAIN {'ANALYZE ' if explain['analyze'] else ''}{inner[0][1]}"
    raise UsageError(f"{_ALLOWED}, not {kind.name}.")


def _makes_a_pivot(query: str, found: Sequence[tuple[duckdb.StatementType, str]]) -> bool:
    """Whether DuckDB made of a PIVOT a type of the values that it has yet to find, and a question that uses it."""
    return _PIVOT.search(query) is not None and any(kind == duckdb.StatementType.CREATE for kind, _ in found)


def _kinds(query: str) -> list[tuple[duckdb.StatementType, str]]:
    if has_lost_bytes(query):
        raise UsageError("The query is not UTF-8 text.")
    # not duckdb.extract_statements: its connection may open files, and IMPORT DATABASE reads them while parsing
    try:
        with duckdb.connect(config={"enable_external_access": False}) as parser:
            return [(found.type, found.query) for found in parser.extract_statements(query)]
    except duckdb.Error as error:
        raise UsageError(_sentence(error)) from None


@contextmanager
def _sandbox(night: Path, memory_limit: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that can read the night's folder and nothing else.

    It may spill to a private folder of its own.
    """
    with tempfile.TemporaryDirectory(prefix="hemacohort-sql-") as spill:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory_limit,
            "temp_directory": spill,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "python_enable_replacements": False,  # a name in a query is never a variable of this program
        }
        with opened(night / DATABASE, read_only=True, **config) as connection:
            connection.execute("SET allowed_directories = $folders", {"folders": [str(night)]})
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            try:
                yield connection
            finally:
                connection.interrupt()  # Ctrl-C ends the call alone, and closing would wait for the question


def _check_kinds(kinds: Mapping[str, str]) -> None:
    """Raise UsageError for columns of a kind that only DuckDB has."""
    named = [f"{name} ({kind})" for name, kind in kinds.items() if _ONLY_DUCKDB.search(kind)]
    if named:
        raise UsageError(
            f"The answer has a column that cannot be shown: {', '.join(named)}. Make it text, as in "
            "CAST(column AS VARCHAR)."
        )


def _sentence(error: duckdb.Error) -> str:
    """DuckDB's message as one sentence, without its picture of the query and without values of the night."""
    message = str(error).split("\n\nLINE ")[0].strip()
    lines = (masked(message) if isinstance(error, _ABOUT_VALUES) else message).splitlines()
    sentence = " ".join(line.strip() for line in lines if line.strip())
    # a statistic of numbers (a deviation, say) one of which is infinite
    endless = isinstance(error, duckdb.OutOfRangeException) and sentence.endswith("is out of range!")
    return sentence + _ENDLESS if endless else sentence
