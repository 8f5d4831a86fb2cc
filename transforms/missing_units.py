"""The unit of results that came without one: inferred from the results of their site and month, or left missing.

A unit is inferred where it fits the values of the site, analyte and month and every other unit of the analyte is
impossible for them: the median in that unit lies where the median of a month usually lies, nearly all values lie within
the limits of the possible, and in any other unit the median lies where none does, or many values would be impossible
(``schemas.site_medians``). Of ferritin, CRP and vitamin B12 the units lie too close together for their spread; they
stay missing. Different results are counted, whatever their order, their file and however often they were sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

import polars as pl

from schemas.analytes import ANALYTES, Analyte
from schemas.flags import FLAG_BITS
from schemas.site_medians import (
    IMPOSSIBLE_OUTSIDE,
    INFERENCE_MIN_PATIENTS,
    INFERENCE_MIN_RESULTS,
    MEDIANS,
    MISSING_UNIT,
    MISSING_UNIT_TALLY,
    MOST_OUTSIDE,
    WITHOUT_UNIT,
)
from schemas.tables import empty, shaped
from transforms.code_map import NO_MAP, CodeMap
from transforms.codes import pair_rows
from transforms.conversion import to_intervals
from transforms.medians import medians
from transforms.misplaced_values import lacks_unit, stated_units
from transforms.numerals import Bound
from transforms.times import read_times
from transforms.unit_spellings import SAID_ONLY
from transforms.units import is_missing

GROUP = ("site", "analyte", "month")
ROW_COUNTS = ("rows", "patients")
READ = ("patient_id", "collected_at", "code_system", "code", "specimen", "name", "unit", "value", "site")
_FITTING: Mapping[str, Any] = {
    **{name: MISSING_UNIT_TALLY[name] for name in GROUP},
    "unit": pl.String,
    "outcome": pl.String,
}
NONE_DECIDED = empty(MISSING_UNIT)
_NO_NUMBER = FLAG_BITS["REJECT_TEXT"] | FLAG_BITS["MISSING_VALUE"] | FLAG_BITS["COMMA_AMBIGUOUS"]
# From here on a hemoglobin without a unit is g/L by itself (RULES.md 1.7); the month is asked about the others.
_PLAIN_BY_ITSELF = 30.0


def silent(units: pl.Series) -> list[str | None]:
    """Those of the different unit texts that say nothing of the unit."""
    return [text for text in units.unique().to_list() if is_missing(text)]


def without_unit(raw: pl.DataFrame, *, timezone: str, code_map: CodeMap = NO_MAP) -> pl.DataFrame:
    """Different results that need a unit and came without one (``schemas.site_medians.WITHOUT_UNIT``), in any order.

    raw: (n) the columns ``READ`` of laboratory rows that say nothing of their unit, as text, and source_patient_id
    where identifiers were merged. Bounds, and texts that are no number, have none.
    """
    pair, pairs = pair_rows(raw, code_map)
    lacking = pairs.select(lacks_unit()).to_series().gather(pair)
    if "source_patient_id" not in raw.columns:
        raw = raw.with_columns(source_patient_id=pl.lit(None, pl.String))
    rows = raw.with_columns(pair=pair, analyte=pairs["analyte"].gather(pair)).filter(
        lacking, pl.col("analyte").is_not_null(), pl.col("patient_id").is_not_null()
    )
    rows = rows.filter(stated_units(rows, pairs, rows["value"]).is_null())
    values = to_intervals(pairs, rows["pair"], rows["value"])
    # a comma cannot be told from one between thousands while the unit is not known
    exact = (values["bound"] == int(Bound.EXACT)) & (values["flags"] & _NO_NUMBER == 0)
    by_itself = pl.col("analyte").is_in(["hb", "hb_blood_gas"]) & (pl.col("number") >= _PLAIN_BY_ITSELF)
    tells = pl.col("exact") & pl.col("number").is_finite() & pl.col("at").is_not_null() & ~by_itself
    results = rows.with_columns(
        identifier=pl.coalesce("source_patient_id", "patient_id"),
        site=site(),
        at=read_times(rows["collected_at"], timezone),
        number=values["number"],
        exact=exact,
    ).with_columns(number=pl.when(tells).then("number"))
    return shaped(results, WITHOUT_UNIT).unique()


def regrouped(results: pl.DataFrame, merges: Mapping[str, str]) -> pl.DataFrame:
    """Results without a unit under the identifiers that remain by other merges. results: ``WITHOUT_UNIT``."""
    return results.with_columns(patient_id=pl.col("identifier").replace(dict(merges)))


def tally_missing(results: pl.DataFrame) -> pl.DataFrame:
    """Results without a unit, counted (``MISSING_UNIT_TALLY``). results: ``WITHOUT_UNIT``, of whole patients.

    One row per site, analyte, month and number: rows; one without a number: patients. Tallies of other patients can
    be added.
    """
    different = (
        results.filter(pl.col("number").is_not_null())
        .select(*GROUP[:2], month("at").alias("month"), "patient_id", "at", "number")
        .unique()
    )
    return pl.concat(
        [
            shaped(
                different.group_by(*GROUP, "number").agg(rows=pl.len(), patients=pl.lit(0)),
                MISSING_UNIT_TALLY,
            ),
            shaped(
                different.group_by(GROUP).agg(rows=pl.lit(0), patients=pl.col("patient_id").n_unique()),
                MISSING_UNIT_TALLY,
            ),
        ]
    )


def site() -> pl.Expr:
    """Site of a row; no site is a site of its own."""
    return pl.col("site").str.strip_chars().fill_null("")


def month(time: str) -> pl.Expr:
    """First day of the month of a local time."""
    return pl.col(time).dt.truncate("1mo").dt.date()


def decide_units(tallies: pl.DataFrame) -> pl.DataFrame:
    """One row per site, analyte and month of results without a unit: counts, median as sent, and the unit, if one.

    tallies: as of ``tally_missing``, of all that is known of the months. Returns ``schemas.site_medians.MISSING_UNIT``,
    sorted.
    """
    numbers = tallies.filter(pl.col("number").is_not_null())
    counted = tallies.group_by(GROUP).agg(results=pl.col("rows").sum(), patients=pl.col("patients").sum())
    counted = counted.join(medians(numbers, GROUP, "number", "median_as_sent"), on=GROUP, how="left")
    known = sorted(set(numbers["analyte"].unique()) & set(MEDIANS))
    fitting = pl.concat([empty(_FITTING), *(_fitting(numbers, counted, analyte) for analyte in known)])
    few = (pl.col("results") < INFERENCE_MIN_RESULTS) | (pl.col("patients") < INFERENCE_MIN_PATIENTS)
    outcome = (
        pl.when(~pl.col("analyte").is_in(list(MEDIANS)))
        .then(pl.lit("not_inferred"))
        .when(few)
        .then(pl.lit("too_few"))
        .otherwise("outcome")
    )
    decided = (
        counted.join(fitting, on=GROUP, how="left")
        .with_columns(outcome=outcome)
        .with_columns(unit=pl.when(pl.col("outcome") == "inferred").then("unit"))
    )
    return shaped(decided, MISSING_UNIT).sort(GROUP)


def changed_groups(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """Site, analyte and month of which another unit is inferred than before, or one no longer is; sorted.

    before, after: as of ``decide_units``.
    """
    keys = [*GROUP, "unit"]
    inferred = [frame.filter(pl.col("unit").is_not_null()).select(keys) for frame in (before, after)]
    changed = pl.concat(
        [
            inferred[0].join(inferred[1], on=keys, how="anti"),
            inferred[1].join(inferred[0], on=keys, how="anti"),
        ]
    )
    return changed.select(GROUP).unique().sort(GROUP)


def of_groups(results: pl.DataFrame, groups: pl.DataFrame) -> pl.Series:
    """Patients with results without a unit in the groups. results: ``WITHOUT_UNIT``. groups: site, analyte, month."""
    concerned = results.with_columns(month=month("at")).join(groups, on=GROUP, how="semi")
    return concerned["patient_id"].unique()


def switched_off(decided: pl.DataFrame) -> pl.DataFrame:
    """The decisions where nobody wants any: what came without a unit is counted, and nothing is inferred.

    decided: as of ``decide_units``.
    """
    return decided.with_columns(unit=pl.lit(None, pl.String), outcome=pl.lit("switched_off"))


def _fitting(numbers: pl.DataFrame, counted: pl.DataFrame, analyte_id: str) -> pl.DataFrame:
    """The unit that fits each site and month of one analyte, and what came of it."""
    analyte, medians_of = ANALYTES[analyte_id], MEDIANS[analyte_id]
    units = _candidates(analyte)
    months = (
        numbers.filter(pl.col("analyte") == analyte_id)
        .group_by(GROUP)
        .agg(_share_outside(analyte, factor).alias(unit) for unit, factor in units.items())
        .join(counted, on=GROUP, how="left")
    )
    fits, possible = [], []
    for unit_, factor in units.items():
        median, outside = pl.col("median_as_sent") * factor, pl.col(unit_)
        fits.append(median.is_between(*medians_of.usual) & (outside <= MOST_OUTSIDE))
        possible.append(median.is_between(*medians_of.possible) & (outside <= IMPOSSIBLE_OUTSIDE))
    unit = pl.coalesce([pl.when(fit).then(pl.lit(name)) for fit, name in zip(fits, units, strict=True)])
    outcome = (
        pl.when((pl.sum_horizontal(possible) == 1) & unit.is_not_null())
        .then(pl.lit("inferred"))
        .when(pl.any_horizontal(possible))
        .then(pl.lit("ambiguous"))
        .otherwise(pl.lit("none_fits"))
    )
    return months.select(*GROUP, unit=unit, outcome=outcome)


def _share_outside(analyte: Analyte, factor: float) -> pl.Expr:
    """Share of the numbers that would be impossible if they were in the unit of this factor."""
    value = pl.col("number") * factor
    above, below = analyte.reject.above, analyte.reject.below
    outside = (value > (inf if above is None else above)) | (value < (0.0 if below is None else below))
    return pl.col("rows").filter(outside).sum() / pl.col("rows").sum()


def _candidates(analyte: Analyte) -> Mapping[str, float]:
    """The analyte's units and factors; of several with one factor the first, for they mean the same.

    A slip, a count of tetramers and a count by ten thousand are units only where a label says so.
    """
    units: dict[float, str] = {}
    for unit, factor in analyte.units.items():
        if unit not in SAID_ONLY:
            units.setdefault(float(factor), unit)
    return {unit: factor for factor, unit in units.items()}
