"""SITE_UNIT_DRIFT: a median on each limit, censored values, few results."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest

from schemas.site_medians import DRIFT_MIN_RESULTS
from transforms.site_drift import drift_flags, site_drift

MARCH = date(2026, 3, 1)


def counted(analyte: str, *values: tuple[float, float, int], site: str = "north") -> pl.DataFrame:
    """Values (low, high, rows) of one month."""
    return pl.DataFrame(
        [(site, analyte, MARCH, *value) for value in values],
        schema={
            "site": pl.String,
            "analyte": pl.String,
            "month": pl.Date,
            "value_low": pl.Float64,
            "value_high": pl.Float64,
            "rows": pl.Int64,
        },
        orient="row",
    )


@pytest.mark.parametrize(
    ("analyte", "median", "drifts"),
    [
        ("hb", 67.4, True),
        ("hb", 67.5, False),
        ("hb", 135, False),
        ("hb", 13.5, True),
        ("plt", 124.9, True),
        ("plt", 500, False),
        ("plt", 500.1, True),
        ("ferritin", 160, False),
        ("ferritin", 161, True),
        ("iron", 85, True),
        ("crp", 0.9, True),
        ("crp", 4, False),
        ("b12", 149, True),
    ],
)
def test_median_beyond_half_or_twice_the_expected_drifts(
    analyte: str, median: float, *, drifts: bool
) -> None:
    found = site_drift(counted(analyte, (median, median, 50)))
    assert found.height == int(drifts)


def test_drift_names_site_month_median_expected_range_and_rows() -> None:
    found = site_drift(counted("hb", (12.0, 12.0, 20), (13.5, 13.5, 30), (14.0, 14.0, 19)))
    assert found.rows() == [("north", "hb", MARCH, 69, 13.5, 13.5, 13.5, 135.0, 67.5, 270.0, "g/L")]
    flag = drift_flags(found).row(0, named=True)
    assert (flag["flag"], flag["analyte"], flag["detail"], flag["patient_id"]) == (
        "SITE_UNIT_DRIFT",
        "hb",
        "north",
        None,
    )
    assert flag["collected_at"] == datetime(2026, 3, 1)


def test_censored_median_drifts_only_if_all_of_it_does() -> None:
    assert site_drift(counted("crp", (0, 4.99, 60), (20, 20, 10))).is_empty()
    far = site_drift(counted("crp", (100.1, float("inf"), 60), (20, 20, 10)))
    assert far.select("median", "median_low", "median_high").row(0) == (None, 100.1, float("inf"))


def test_lower_of_the_two_middle_values_is_the_median() -> None:
    half_low = site_drift(counted("hb", (13.5, 13.5, 40), (135, 135, 40)))
    assert half_low["median"].to_list() == [13.5]
    assert site_drift(counted("hb", (135, 135, 40), (500, 500, 40))).is_empty()


def test_few_results_and_other_analytes_do_not_drift() -> None:
    assert site_drift(counted("hb", (13.5, 13.5, DRIFT_MIN_RESULTS - 1))).is_empty()
    assert site_drift(counted("hb", (13.5, 13.5, DRIFT_MIN_RESULTS))).height == 1
    assert site_drift(counted("mcv", (9.0, 9.0, 500))).is_empty()
    assert site_drift(counted("hb")).is_empty()


def test_sites_and_months_are_looked_at_alone() -> None:
    both = pl.concat(
        [counted("hb", (13.5, 13.5, 40), site="south"), counted("hb", (135, 135, 400), site="north")]
    )
    assert site_drift(both)["site"].to_list() == ["south"]
