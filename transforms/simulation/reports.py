"""Results as the laboratories print them: one row per result of lab_results, everything text, nothing wrong yet."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from schemas.analytes import ANALYTES
from transforms.simulation.orders import ANALYTE_IDS
from transforms.simulation.people import days
from transforms.simulation.sites import SITES, Site, factor

AWAY = 0.06  # chance that a draw is made at another site than the patient's own
MORNING, AFTERNOON = 7 * 60, 15 * 60  # minutes of the day between which blood is drawn
_TUBES = {"blood_count": "B", "reticulocyte": "B", "iron": "S", "chemistry": "S", "marrow": "M"}


def printed(tests: pl.DataFrame, drawn: pl.DataFrame, end: date, chance: np.random.Generator) -> pl.DataFrame:
    """Rows of lab_results, in order of draw, with the columns of the extract that are filled (text).

    tests: ``orders.ordered``. drawn: blood draws with draw, day, patient_id and site (the patient's own, number). The
    rows also have number, draw, analyte (id), tube_of and amended_at (the day after resulted_at), which the extract has
    not. Tests that the site does not report are left out, as are marrow findings that would come after the end.
    """
    size = len(drawn)
    away = chance.random(size) < AWAY
    site = (drawn["site"].to_numpy() + np.where(away, chance.integers(1, len(SITES), size), 0)) % len(SITES)
    minute = drawn["day"].to_numpy() * 1440 + chance.integers(MORNING, AFTERNOON, size)
    draw = tests["draw"].to_numpy()
    rows = tests.with_columns(
        site=pl.Series(site[draw], dtype=pl.Int64),
        minute=pl.Series(minute[draw]) + tests["shift_days"] * 1440,
        wait_minutes=pl.Series(chance.integers(45, 400, size)[draw]),
    )
    rows = rows.filter(pl.col("minute") < (days(end) + 1) * 1440)
    pieces = [
        _report(rows.filter(pl.col("site") == number), place, drawn) for number, place in enumerate(SITES)
    ]
    return pl.concat(pieces).sort("draw", "analyte").with_row_index("number")


def _report(rows: pl.DataFrame, site: Site, drawn: pl.DataFrame) -> pl.DataFrame:
    """What one site prints.

    rows: draw, analyte (number), value, minute (since 1970-01-01) and wait_minutes (until it is reported).
    """
    table = _table(site)
    meant = rows.join(table, on="analyte", how="inner", maintain_order="left")
    who = drawn["patient_id"].gather(meant["draw"])
    at = (pl.col("minute") * 60_000_000).cast(pl.Datetime("us"))
    later = ((pl.col("minute") + pl.col("wait_minutes")) * 60_000_000).cast(pl.Datetime("us"))
    return meant.with_columns(patient_id=who).select(
        "patient_id",
        at.dt.strftime(site.clock).alias("collected_at"),
        "code",
        _text(pl.col("value") / pl.col("factor")).alias("value"),
        "code_system",
        (pl.col("tube") + pl.col("draw").cast(pl.String).str.zfill(7)).alias("specimen_id"),
        later.dt.strftime(site.clock).alias("resulted_at"),
        "name",
        "unit",
        status=pl.lit("final"),
        site=pl.lit(site.name),
        method=pl.when(pl.col("tube") == "B").then(pl.lit("automated")),
        comment=pl.lit(None, pl.String),
        amended_at=(later + pl.duration(days=1)).dt.strftime(site.clock),
        draw="draw",
        analyte="id",
        tube_of="tube",
    )


def _text(value: pl.Expr) -> pl.Expr:
    """A number with as many decimals as the site prints, ``<x`` or ``>x`` beyond its limits, words for findings."""
    scale = pl.lit(10).pow(pl.col("decimals"))
    whole = (value * scale).round().cast(pl.Int64)
    digits = (whole // scale).cast(pl.Int64).cast(pl.String)
    rest = (whole % scale).cast(pl.Int64).cast(pl.String).str.zfill(pl.col("decimals"))
    return (
        pl.when("yes_or_no")
        .then(pl.when(value > 0.5).then(pl.lit("present")).otherwise(pl.lit("absent")))
        .when(value < pl.col("below"))
        .then("<" + pl.col("below_text"))
        .when(value > pl.col("above"))
        .then(">" + pl.col("above_text"))
        .when(pl.col("decimals") == 0)
        .then(whole.cast(pl.String))
        .otherwise(digits + "." + rest)
    )


def _table(site: Site) -> pl.DataFrame:
    """How the site reports each analyte: a row each."""
    rows = []
    for number, analyte in enumerate(ANALYTE_IDS):
        sent = site.sent(analyte)
        if sent is None:
            continue
        rows.append(
            {
                "analyte_number": number,
                "id": analyte,
                "code": sent.code,
                "code_system": sent.code_system,
                "name": ANALYTES[analyte].title.split(",")[0],
                "unit": sent.unit or None,
                "factor": factor(analyte, sent.unit),
                "decimals": sent.decimals,
                "below": sent.below,
                "below_text": None if sent.below is None else f"{sent.below:g}",
                "above": sent.above,
                "above_text": None if sent.above is None else f"{sent.above:g}",
                "tube": _TUBES[ANALYTES[analyte].section],
                "yes_or_no": ANALYTES[analyte].kind == "presence",
            }
        )
    schema = {"below": pl.Float64, "above": pl.Float64, "below_text": pl.String, "above_text": pl.String}
    return pl.DataFrame(rows, schema_overrides=schema).rename({"analyte_number": "analyte"})
