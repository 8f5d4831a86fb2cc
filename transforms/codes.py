"""Which analyte a row is about and in which unit: code and unit texts, each distinct pair read once."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

import polars as pl

from schemas.analytes import ANALYTES, Analyte, analyte_of
from schemas.code_map import MapLine
from schemas.flags import FLAG_BITS
from transforms.code_map import NO_MAP, CodeMap, line_for
from transforms.mixups import BANDS, MOST_BANDS, UNIT_FLAGS
from transforms.units import UnitReading, is_missing, resolve

PAIR_SCHEMA: dict[str, Any] = {
    "analyte": pl.String,
    "code_missing": pl.Boolean,
    "test": pl.String,  # code system and code without stray blanks: what a correction must agree in
    "unit": pl.String,  # canonical
    "labeled": pl.String,  # plain spelling of the unit as labeled; null where none was given
    "source_unit": pl.String,
    "factor": pl.Float64,
    "per_ul": pl.Boolean,
    "words": pl.Boolean,  # the value is a word, or may be one
    "decimals": pl.Int8,
    "flags": pl.Int64,
    "reject_below": pl.Float64,
    "reject_above": pl.Float64,
    "flag_below": pl.Float64,
    "flag_above": pl.Float64,
    "flag_at_least": pl.Float64,
    "alert_above": pl.Float64,
    "alert": pl.Int64,
    "blood_count": pl.Boolean,
    **{
        f"band_{number}_{part}": pl.Int64 if part == "flag" else pl.Float64
        for number in range(MOST_BANDS)
        for part in ("low", "high", "factor", "flag")
    },
}


def pair_rows(rows: pl.DataFrame, code_map: CodeMap = NO_MAP) -> tuple[pl.Series, pl.DataFrame]:
    """Number of the (code_system, code, unit) of each row, and what each such pair means (``PAIR_SCHEMA``).

    rows: (n) with code_system, code, unit, and where there is a code map specimen, name and site, as text. The
    numbers (n, UInt32) are positions in the second frame. Rows of one pair of which the map means different things
    by specimen, name or site have different numbers.
    """
    texts = ("code_system", "code", "unit")
    # Physical numbers of categories make one integer key of three texts: joining on it is many times as fast.
    key = sum(
        (pl.col(name).cast(pl.Categorical).to_physical().cast(pl.Int64).fill_null(-1) + 1) * (1 << 21 * place)
        for place, name in enumerate(texts)
    )
    keyed = rows.select(*texts).with_columns(key=key)
    distinct = keyed.unique("key", keep="any", maintain_order=False).with_row_index("pair")
    numbers = keyed.select("key").join(
        distinct.select("key", "pair"), on="key", how="left", maintain_order="left"
    )["pair"]
    pairs = list(distinct.select(*texts).iter_rows())
    lines = [code_map.lines_of(*pair) for pair in pairs]
    mapped: list[MapLine | None] = [found[0] if found else None for found in lines]
    asking = [
        number for number, found in enumerate(lines) if any(set(x.conditions) - {"unit"} for x in found)
    ]
    if asking:
        numbers, more = _told_apart(rows, numbers, asking, lines)
        mapped += [line for _, line in more]
        pairs += [pairs[number] for number, _ in more]
    meanings = [
        describe_pair(code_system, code, unit, line)
        for (code_system, code, unit), line in zip(pairs, mapped, strict=True)
    ]
    return numbers, pl.DataFrame(meanings, schema=PAIR_SCHEMA, orient="row")


def _told_apart(
    rows: pl.DataFrame, numbers: pl.Series, asking: list[int], lines: list[tuple[MapLine, ...]]
) -> tuple[pl.Series, list[tuple[int, MapLine | None]]]:
    """New numbers for rows of the asking pairs, and of which pair and map line each new number is."""
    where = numbers.is_in(asking).arg_true()
    seen = rows[where].select("specimen", "name", "site").with_columns(pair=numbers.gather(where))
    distinct = seen.unique()
    more: dict[tuple[int, MapLine | None], int] = {}
    given = [
        more.setdefault((row["pair"], line_for(lines[row["pair"]], row)), len(lines) + len(more))
        for row in distinct.iter_rows(named=True)
    ]
    found = seen.join(
        distinct.with_columns(number=pl.Series(given, dtype=numbers.dtype)),
        on=["specimen", "name", "site", "pair"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    return numbers.scatter(where, found["number"]), list(more)


def describe_pair(
    code_system: str | None, code: str | None, unit: str | None, line: MapLine | None = None
) -> dict[str, Any]:
    """What a code and a unit mean together, as one row of ``PAIR_SCHEMA``.

    line: what the site's code map says of them. A unit that cannot be used leaves the factor 1, so that the value can
    still be looked at, and sets the flag.
    """
    analyte_id = analyte_of(code_system, code) if line is None else line.analyte
    row: dict[str, Any] = dict.fromkeys(PAIR_SCHEMA)
    row |= {
        "analyte": analyte_id,
        "code_missing": code is None or not code.strip(),
        "test": f"{(code_system or '').strip().lower()}|{(code or '').strip()}",
        "source_unit": unit,
        "flags": 0,
    }
    if analyte_id is None:
        return row
    analyte = ANALYTES[analyte_id]
    by_map = line is not None and bool(line.default_unit) and is_missing(unit)
    unit = line.default_unit if line is not None and by_map else unit
    row |= {
        "unit": analyte.unit,
        "words": analyte.kind != "quantity",
        "decimals": 1 if analyte_id in {"hb", "hb_blood_gas"} else 9,  # RULES.md 0.2
        "reject_below": _or(analyte.reject.below, -inf),
        "reject_above": _or(analyte.reject.above, inf),
        "flag_below": _or(analyte.flag.below, -inf),
        "flag_above": _or(analyte.flag.above, inf),
        "flag_at_least": _or(analyte.flag.at_least, inf),
        "alert_above": inf if analyte.alert is None else analyte.alert.above,
        "alert": 0 if analyte.alert is None else FLAG_BITS[analyte.alert.flag],
        "blood_count": analyte.blood_count,
    }
    row |= _in_unit(analyte, unit, code)
    row["flags"] |= FLAG_BITS["UNIT_FROM_MAP"] if by_map else 0
    return row


def given_unit(pair: Mapping[str, Any], unit: str) -> dict[str, Any]:
    """The pair, a row of ``PAIR_SCHEMA`` that lacks a unit, with the unit it was found to have."""
    code = str(pair["test"]).partition("|")[2]
    found = _in_unit(ANALYTES[pair["analyte"]], unit, code)
    return {**pair, **found, "flags": found["flags"] | (pair["flags"] & ~FLAG_BITS["UNIT_MISSING"])}


def _in_unit(analyte: Analyte, unit: str | None, code: str | None) -> dict[str, Any]:
    """What the unit of a pair says: label, factor, flags and bands."""
    reading = resolve(analyte.id, unit) if analyte.units else None
    labeled = None if reading is None else reading.unit
    if reading is None and is_missing(unit) and analyte.unit_optional and analyte.units:
        labeled = analyte.unit
    row: dict[str, Any] = {
        "labeled": labeled,
        "factor": 1.0 if reading is None else float(reading.factor),
        "per_ul": reading is not None and reading.per_ul,
        "flags": _unit_flags(analyte, reading, unit, code),
    }
    known = reading is not None or is_missing(unit)
    bands = BANDS.get((analyte.id, labeled), ()) if known else ()
    for number in range(MOST_BANDS):
        band = bands[number] if number < len(bands) else None
        row |= {
            f"band_{number}_low": band and band.low,
            f"band_{number}_high": band and band.high,
            f"band_{number}_factor": band and band.factor,
            f"band_{number}_flag": band and FLAG_BITS[band.flag],
        }
    return row


def _unit_flags(analyte: Analyte, reading: UnitReading | None, unit: str | None, code: str | None) -> int:
    if not analyte.units:  # words and yes-or-no findings: a unit cannot matter
        return 0
    if reading is None:
        if not is_missing(unit):
            return FLAG_BITS["UNIT_UNKNOWN"]
        told_by_value = analyte.unit_optional or (analyte.id, None) in BANDS
        return 0 if told_by_value else FLAG_BITS["UNIT_MISSING"]
    flags = FLAG_BITS["LAKH"] if reading.lakh else 0
    slip = UNIT_FLAGS.get((analyte.id, reading.unit))
    if slip is not None:
        flags |= FLAG_BITS[slip]
    loinc = (code or "").strip()
    if (loinc in analyte.molar and reading.massive) or (loinc in analyte.massive and reading.molar):
        flags |= FLAG_BITS["LOINC_UNIT_MISMATCH"]
    return flags


def _or(limit: float | None, default: float) -> float:
    return default if limit is None else float(limit)
