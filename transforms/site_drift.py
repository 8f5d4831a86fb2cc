"""Months in which a site's results lie far from where they are expected: a sign of a unit mix-up (RULES.md 1.7).

Nothing is changed: the month is listed and flagged for a person to look at. A site that cares for the sickest may lie
there rightly.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

from schemas.analytes import ANALYTES
from schemas.site_medians import (
    DRIFT_ABOVE,
    DRIFT_BELOW,
    DRIFT_EXPECTED,
    DRIFT_MIN_RESULTS,
    SITE_UNIT_DRIFT,
)
from schemas.tables import QUALITY_FLAG, shaped
from transforms.medians import medians
from transforms.missing_units import month, site

_MONTH = ("site", "analyte", "month")
_EXPECTED = pl.DataFrame(
    {
        "analyte": list(DRIFT_EXPECTED),
        "expected": list(DRIFT_EXPECTED.values()),
        "expected_low": [DRIFT_BELOW * value for value in DRIFT_EXPECTED.values()],
        "expected_high": [DRIFT_ABOVE * value for value in DRIFT_EXPECTED.values()],
        "unit": [ANALYTES[analyte].unit for analyte in DRIFT_EXPECTED],
    }
)


COUNTED = ("site", "analyte", "collected_at", "value_low", "value_high", "superseded_at")


def counted_values(results: pl.LazyFrame, seen_until: datetime) -> pl.LazyFrame:
    """How often each value occurs among the current results collected before a time (``VALUE_COUNT``).

    results: the columns ``COUNTED`` of ``schemas.tables.LAB_RESULT``. Counts of different patients add up.
    """
    seen = results.filter(
        pl.col("superseded_at").is_null(),
        pl.col("collected_at") < seen_until,
        pl.col("analyte").is_in(list(DRIFT_EXPECTED)),
    )
    keys = (site(), pl.col("analyte"), month("collected_at").alias("month"))
    return seen.group_by(*keys, "value_low", "value_high").agg(rows=pl.len().cast(pl.Int64))


def counted_days(results: pl.LazyFrame) -> pl.LazyFrame:
    """Current results by site and day of collection (``SITE_DAY``), likewise."""
    current = results.filter(pl.col("superseded_at").is_null())
    return current.group_by("site", day=pl.col("collected_at").dt.date()).agg(rows=pl.len().cast(pl.Int64))


def site_results(days: pl.DataFrame) -> pl.DataFrame:
    """Current results and the newest day of each site (``SITE_RESULTS``). days: ``SITE_DAY``."""
    by_site = days.group_by("site").agg(results=pl.col("rows").sum(), newest=pl.col("day").max())
    return by_site.sort("site", nulls_last=True)


def site_drift(counted: pl.DataFrame) -> pl.DataFrame:
    """Months whose median is surely outside of what is expected (``schemas.site_medians.SITE_UNIT_DRIFT``), sorted.

    counted: ``VALUE_COUNT``, in canonical units. The median of values of which some are censored is itself an
    interval; all of it has to lie outside.
    """
    months = _drifting(counted)
    of_months = counted.join(months, on=_MONTH, how="semi")
    low, high = (
        medians(of_months.select(*_MONTH, "rows", end), _MONTH, end, f"median_{end.removeprefix('value_')}")
        for end in ("value_low", "value_high")
    )
    exact = pl.col("median_low") == pl.col("median_high")
    drifting = (
        months.join(low, on=_MONTH)
        .join(high, on=_MONTH)
        .with_columns(median=pl.when(exact).then("median_low"))
    )
    return shaped(drifting, SITE_UNIT_DRIFT).sort(_MONTH)


def _drifting(counted: pl.DataFrame) -> pl.DataFrame:
    """The months that drift, with their rows and what is expected of them: told by counting, for medians need an order.

    A lower median lies below a limit where at least half of the values do, and above one where fewer than half reach
    down to it.
    """
    rows = pl.col("rows")
    return (
        counted.join(_EXPECTED, on="analyte")
        .group_by(_MONTH)
        .agg(
            rows.sum(),
            pl.col("expected", "expected_low", "expected_high", "unit").first(),
            below=rows.filter(pl.col("value_high") < pl.col("expected_low")).sum(),
            not_above=rows.filter(pl.col("value_low") <= pl.col("expected_high")).sum(),
        )
        .filter(rows >= DRIFT_MIN_RESULTS, (2 * pl.col("below") >= rows) | (2 * pl.col("not_above") < rows))
    )


def drift_flags(drift: pl.DataFrame) -> pl.DataFrame:
    """One quality flag per drifting month, of no patient; detail is the site."""
    return shaped(
        drift.with_columns(
            flag=pl.lit("SITE_UNIT_DRIFT"),
            collected_at=pl.col("month").cast(pl.Datetime("us")),
            detail="site",
        ),
        QUALITY_FLAG,
    )
