"""What is measured of a night for its checks, and what each night carries on of the nights before it.

Everything here is counts by rule, site and analyte: never a patient, a value or the name of a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from flows.exports import why_everybody
from flows.generations import pieces_of
from flows.home import Home
from flows.manifest import Manifest, night_number, read_manifest
from flows.rule_fingerprints import known_versions
from flows.sql import statement
from flows.stages import Night
from flows.warehouse import write_piece
from schemas.audits import CHECK, CHECK_HISTORY, MEASURE, NIGHTS_KEPT
from schemas.tables import shaped
from transforms.rules import RULES


def carry_over(night: Night) -> None:
    """Write the measures and checks of earlier nights into the build folder, as the published night has them.

    A past night that is made again has none: it is not audited, for it is never in force.
    """
    earlier = Home(night.home).last() if night.known_at is None else None
    for table, columns in (("measure", MEASURE), ("check_history", CHECK_HISTORY)):
        write_piece(night.build, table, _kept(earlier, table, columns))
    write_piece(night.build, "check", pl.DataFrame(schema=CHECK))


def rules_at_hand(night: Night) -> pl.DataFrame:
    """What the night will measure of its rules and earlier nights measured, before anybody is judged: MEASURE, where the
    number of members is yet to come.
    """
    rules = pl.DataFrame(
        [(rule.rule_id, rule.version) for rule in RULES], schema=["rule_id", "rule_version"], orient="row"
    )
    tonight = shaped(_with_fingerprints(rules), MEASURE).with_columns(
        night=pl.lit(night_number(night.build), pl.Int64)
    )
    return pl.concat([_newest_nights(_kept(Home(night.home).last(), "measure", MEASURE)), tonight])


def _kept(earlier: Path | None, table: str, columns: Mapping[str, Any]) -> pl.DataFrame:
    """A table of earlier nights as the published night has it."""
    if earlier is None or not (piece := earlier / "tables" / table / "all.parquet").is_file():
        return pl.DataFrame(schema=columns)
    return shaped(_numbered(pl.read_parquet(piece), night_number(earlier)), columns)


def _newest_nights(measured: pl.DataFrame) -> pl.DataFrame:
    """The measures of the nights that are compared with."""
    kept = measured["night"].unique().sort(descending=True).head(NIGHTS_KEPT)
    return measured.filter(pl.col("night").is_in(kept.implode()))


def _with_fingerprints(rules: pl.DataFrame) -> pl.DataFrame:
    """The logic of each rule as a measure. rules: a row each, with its rule_id."""
    known = known_versions()
    return rules.with_columns(
        measure=pl.lit("members"),
        fingerprint=pl.Series([known[name].fingerprint for name in rules["rule_id"]], dtype=pl.String),
        known=pl.Series([known[name].recorded for name in rules["rule_id"]], dtype=pl.Boolean),
    )


def _numbered(rows: pl.DataFrame, last: int) -> pl.DataFrame:
    """The rows with the number of each night, which those of a version before lack; they stand night after night.

    last: number of the newest of them.
    """
    if "night" in rows.columns:
        return rows
    order = pl.col("run_id").rle_id().cast(pl.Int64)
    return rows.with_columns(night=order - order.max() + last)


def measures(connection: duckdb.DuckDBPyConnection, night: Night, as_of: date) -> pl.DataFrame:
    """The measures of the last nights, and tonight's."""
    manifest, before = read_manifest(night.place), Home(night.home).night_before().manifest
    pieces = _newest_pieces(night.place, manifest)
    frames = [
        _with_fingerprints(connection.execute(statement("audit/members")).pl()),
        connection.execute(statement("audit/fates"), {"loaded_at": night.started_at}).pl(),
    ]
    if pieces:
        asked = {
            "pieces": pieces,
            "loaded_at": night.started_at,
            "seen_until": datetime.combine(as_of + timedelta(days=1), clock()),
        }
        results = connection.execute(statement("audit/results"), asked).pl()
        frames.append(results.with_columns(measure=pl.lit("results")))
    occasion = "backfill" if before is None else why_everybody(before, manifest)
    tonight = pl.concat([shaped(frame, MEASURE) for frame in frames]).with_columns(
        night=pl.lit(night_number(night.place), pl.Int64),
        run_id=pl.lit(night.run_id),
        as_of=pl.lit(as_of),
        occasion=pl.lit(occasion, dtype=pl.String),
    )
    past = pl.read_parquet(night.place / "tables" / "measure" / "all.parquet")
    return pl.concat([_newest_nights(past.filter(pl.col("run_id") != night.run_id)), tonight])


def _newest_pieces(place: Path, manifest: Manifest | None) -> list[str]:
    """The pieces of lab_result that the night wrote; they hold all results that came tonight."""
    pieces = pieces_of(place / "tables", "lab_result")
    number = manifest.number if manifest is not None else max(pieces, default=0)
    return [str(piece) for piece in pieces.get(number, [])]


def earlier_nights(place: Path, number: int) -> int:
    """How many nights before the one of that number its folder has measures of."""
    measures = pl.read_parquet(place / "tables" / "measure" / "all.parquet", columns=["night"])
    return int(measures.filter(pl.col("night") < number)["night"].n_unique())
