"""How the texts of the small extract tables are read as dates, words, numbers and yes or no; never a guess.

Each function takes a column name and gives an expression that is null where the text is empty or unreadable.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

_CLOCK = r"[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d{1,9})?)?"
_ONE_DIGIT_HOUR = r"^(\d{4}-\d{2}-\d{2}[ T])(\d:)"
_LOCAL = rf"^\d{{4}}-\d{{2}}-\d{{2}}({_CLOCK})?$"
_ZONED = rf"^\d{{4}}-\d{{2}}-\d{{2}}{_CLOCK} ?(Z|[+-]\d{{2}}:?\d{{2}})$"


def _spelled(words: str) -> tuple[str, ...]:
    spellings = {
        way for word in words.split() for way in (word, word.upper(), word.lower(), word.capitalize())
    }
    return tuple(sorted(spellings | {"NaN", "NaT"}))


NOTHING = _spelled("nan none null <na> (null) nat \\N")
"""What pandas and databases write into a text column where there is nothing."""
NO_IDENTIFIER = (
    *NOTHING,
    *_spelled("na n/a #n/a unknown . - ? #ref! #value! #name? #null! #num! #div/0!"),
)
"""The same of an identifier, with what R, SAS, spreadsheets and people write."""
# 202605010001 as a spreadsheet shows it (2.02605E+11), or a floating-point column of a long number (1.2e+17)
_ROUNDED = r"^\s*\d(?:\.\d+[eE]\+?|[eE]\+)\d+\s*$"


def tidy(column: str) -> pl.Expr:
    """Text without surrounding blanks; null where nothing remains, or a word for nothing."""
    text = pl.col(column).str.strip_chars()
    return pl.when((text != "") & ~text.is_in(NOTHING)).then(text)


def identifier(column: str) -> pl.Expr:
    """An identifier without surrounding blanks; null where there is none, or a word for none.

    Rows of many patients whose identifier was lost must not become one patient called ``nan``.
    """
    text = pl.col(column).str.strip_chars()
    return pl.when((text != "") & ~text.is_in(NO_IDENTIFIER)).then(text)


def is_rounded(column: str) -> pl.Expr:
    """True where an identifier is a long number that was rounded: what tells it from its neighbors is gone."""
    return pl.col(column).str.contains(_ROUNDED)


def as_it_stands(column: str) -> pl.Expr:
    """An identifier as it stands; null where it is a word for none, or rounded: results that have lost theirs have none
    in common.
    """
    lost = pl.col(column).str.strip_chars().is_in(NO_IDENTIFIER) | is_rounded(column)
    return pl.when(~lost).then(pl.col(column))


def is_blank(column: str) -> pl.Expr:
    """True where there is no text."""
    return tidy(column).is_null()


def as_date(column: str, timezone: str = "UTC") -> pl.Expr:
    """Date of ``YYYY-MM-DD``, ``YYYYMMDD``, or a date with a clock time; a zone is brought to ``timezone`` first."""
    text = tidy(column).str.replace(_ONE_DIGIT_HOUR, "${1}0$2")
    local = (
        pl.when(text.str.contains(_LOCAL)).then(text.str.slice(0, 10)).str.to_date("%Y-%m-%d", strict=False)
    )
    compact = pl.when(text.str.contains(r"^\d{8}$")).then(text).str.to_date("%Y%m%d", strict=False)
    zoned = (
        pl.when(text.str.contains(_ZONED))
        .then(
            text.str.replace("Z$", "+0000")
            .str.replace(" ?([+-]\\d{2}):?(\\d{2})$", "$1$2")
            .str.replace("[T ]", "T")
            .str.replace(r"^(.{16})([+-])", "$1:00$2")
            .str.replace(r"[.,]\d+", "")
        )
        .str.to_datetime("%Y-%m-%dT%H:%M:%S%z", strict=False, time_unit="us", time_zone="UTC")
        .dt.convert_time_zone(timezone)
        .dt.date()
    )
    return pl.coalesce(local, compact, zoned)


def as_word(column: str, words: Mapping[str, str | None]) -> pl.Expr:
    """The word a text stands for, whatever its case; null where it stands for none."""
    return tidy(column).str.to_lowercase().replace_strict(dict(words), default=None, return_dtype=pl.String)


def as_boolean(column: str, words: Mapping[str, bool]) -> pl.Expr:
    """True or false as the words say, whatever their case."""
    return tidy(column).str.to_lowercase().replace_strict(dict(words), default=None, return_dtype=pl.Boolean)


def as_number(column: str) -> pl.Expr:
    """A plain decimal number; neither commas nor NaN nor infinity are read."""
    text = tidy(column)
    return pl.when(text.str.contains(r"^[+-]?\d+(\.\d+)?$")).then(text).cast(pl.Float64, strict=False)


def as_code_system(column: str) -> pl.Expr:
    """Upper-case name of a code system without hyphens, blanks, dots and underscores."""
    return tidy(column).str.to_uppercase().str.replace_all(r"[-_ .]", "")


def as_code(column: str) -> pl.Expr:
    """Upper-case code; dots are kept."""
    return tidy(column).str.to_uppercase()
