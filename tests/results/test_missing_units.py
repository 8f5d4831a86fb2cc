"""Which unit the results of a site and month without one have: what tells it, and what does not."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from schemas.analytes import ANALYTES
from schemas.site_medians import INFERENCE_MIN_PATIENTS, INFERENCE_MIN_RESULTS, MEDIANS, MISSING_UNIT_TALLY
from schemas.tables import empty
from tests.results.months import Row, decisions, month_of, tallied
from transforms.missing_units import (
    READ,
    ROW_COUNTS,
    changed_groups,
    decide_units,
    of_groups,
    regrouped,
    without_unit,
)
from transforms.tallies import total


def decided(*rows: Row) -> dict[str, object]:
    """The one decision about the rows."""
    table = decisions(list(rows))
    assert table.height == 1
    return table.row(0, named=True)


TOLD = [
    ("hb", 13.5, "g/dL"),
    ("hb", 6.9, "mmol/L"),
    ("hct", 41, "%"),
    ("hct", 0.41, "fraction"),
    ("rbc", 4.6, "10*12/L"),
    ("rbc", 4_600_000, "/uL"),
    ("mcv", 89, "fL"),
    ("mch", 29, "pg"),
    ("mch", 1.8, "fmol"),
    ("mchc", 33.5, "g/dL"),
    ("mchc", 335, "g/L"),
    ("mchc", 20.8, "mmol/L"),
    ("wbc", 7.2, "10*9/L"),
    ("wbc", 7200, "/uL"),
    ("plt", 245, "10*9/L"),
    ("plt", 245_000, "/uL"),
    ("plt", 2.45, "lakh/uL"),
    ("retic_pct", 1.3, "%"),
    ("iron", 14, "umol/L"),
    ("iron", 85, "ug/dL"),
    ("tibc", 320, "ug/dL"),
    ("transferrin", 2.4, "g/L"),
    ("transferrin", 240, "mg/dL"),
    ("tsat", 0.22, "fraction"),
    ("creatinine", 0.95, "mg/dL"),
    ("creatinine", 84, "umol/L"),
    ("albumin", 4.0, "g/dL"),
    ("copper", 110, "ug/dL"),
]


@pytest.mark.parametrize(("analyte", "median", "unit"), TOLD)
def test_month_that_allows_one_unit_tells_it(analyte: str, median: float, unit: str) -> None:
    found = decided(*month_of(analyte, median))
    assert found["outcome"] == "inferred"
    assert ANALYTES[analyte].units[str(found["unit"])] == ANALYTES[analyte].units[unit]


NOT_TOLD = [
    ("hb", 8.3, "ambiguous"),  # 83 g/L of a cancer center, or 134 g/L counted in mmol
    ("hb", 10.5, "ambiguous"),
    ("ferritin", 80, "ambiguous"),  # ug/L or pmol/L
    ("crp", 3, "ambiguous"),
    ("b12", 300, "ambiguous"),
    ("hb", 2.0, "none_fits"),
    ("mcv", 0.9, "none_fits"),
    ("plt", 24.5, "none_fits"),  # 10*4/uL is a unit where a label says so
    ("mma", 200, "not_inferred"),
]


@pytest.mark.parametrize(("analyte", "median", "outcome"), NOT_TOLD)
def test_month_that_allows_several_units_or_none_tells_nothing(
    analyte: str, median: float, outcome: str
) -> None:
    found = decided(*month_of(analyte, median))
    assert (found["unit"], found["outcome"]) == (None, outcome)


@pytest.mark.parametrize("analyte", ["ferritin", "crp", "b12"])
def test_units_that_lie_close_together_are_not_told_apart(analyte: str) -> None:
    low, high = MEDIANS[analyte].possible
    for step in range(1, 10):
        assert decided(*month_of(analyte, low * (high / low) ** (step / 10), spread=0.01))["unit"] is None


def test_mixed_column_tells_nothing() -> None:
    mixed = month_of("plt", 245, count=50) + month_of("plt", 245_000, count=10, site="north")
    mixed = [{**row, "patient_id": f"M{number}"} for number, row in enumerate(mixed)]
    assert decided(*mixed)["outcome"] != "inferred"


def test_few_results_or_few_patients_tell_nothing() -> None:
    enough = month_of("plt", 245, count=INFERENCE_MIN_RESULTS)
    assert decided(*enough)["outcome"] == "inferred"
    assert decided(*enough[1:])["outcome"] == "too_few"
    few = [{**row, "patient_id": f"P{n % (INFERENCE_MIN_PATIENTS - 1)}"} for n, row in enumerate(enough)]
    assert decided(*few)["outcome"] == "too_few"


def test_rows_sent_again_and_their_order_do_not_count() -> None:
    few = month_of("plt", 245, count=INFERENCE_MIN_RESULTS - 1)
    assert decided(*few, *few)["outcome"] == "too_few"
    rows = month_of("wbc", 7.2)
    assert decided(*rows) == decided(*reversed(rows))


def test_tallies_of_other_patients_add_up() -> None:
    raw = pl.DataFrame(month_of("wbc", 7.2), schema=dict.fromkeys(READ, pl.String))
    whole = decide_units(tallied(raw))
    parts = [tallied(part) for part in (raw[:7], raw[7:30], raw[30:])]
    assert decide_units(pl.concat(parts)).equals(whole)
    assert decide_units(empty(MISSING_UNIT_TALLY)).is_empty()


def test_patients_can_be_counted_again() -> None:
    raw = pl.DataFrame(month_of("wbc", 7.2), schema=dict.fromkeys(READ, pl.String))
    old = raw[:20].with_columns(value=pl.lit("9.9"))
    before, gone, instead = (tallied(part) for part in (pl.concat([old, raw[20:]]), old, raw[:20]))
    counted_again = total([before, instead], ROW_COUNTS, [gone])
    assert counted_again.sort(pl.all()).equals(tallied(raw).sort(pl.all()))


def test_results_follow_a_merge_and_its_withdrawal() -> None:
    rows = month_of("wbc", 7.2, count=3)
    own = pl.Series([row["patient_id"] for row in rows])
    raw = pl.DataFrame(rows, schema=dict.fromkeys(READ, pl.String)).with_columns(
        patient_id=pl.lit("one"), source_patient_id=own
    )
    merged = without_unit(raw, timezone="UTC")
    assert merged["patient_id"].unique().to_list() == ["one"]
    assert set(regrouped(merged, {})["patient_id"]) == set(own)
    assert set(regrouped(merged, {own[0]: own[1]})["patient_id"]) == set(own[1:])


def test_groups_with_another_decision_are_named_and_their_patients_only() -> None:
    others = [{**row, "patient_id": f"other {row['patient_id']}"} for row in month_of("plt", 245)]
    few, enough = (
        decisions(month_of("wbc", 7.2, count=10) + others),
        decisions(month_of("wbc", 7.2) + others),
    )
    rows = pl.DataFrame(month_of("wbc", 7.2) + others, schema=dict.fromkeys(READ, pl.String))
    for one, other in ((few, enough), (enough, few)):
        groups = changed_groups(one, other)
        assert groups.rows() == [("north", "wbc", date(2026, 3, 1))]
        concerned = of_groups(without_unit(rows, timezone="UTC"), groups)
        assert set(concerned) == {row["patient_id"] for row in month_of("wbc", 7.2)}
    assert changed_groups(enough, decisions(month_of("wbc", 7.3, count=70) + others)).is_empty()


def test_what_is_no_number_or_names_its_unit_tells_nothing() -> None:
    rows = month_of("wbc", 7.2)
    noise = [
        {**rows[0], "patient_id": "X1", "value": "<0.1"},
        {**rows[0], "patient_id": "X2", "value": "7200 /uL"},
        {**rows[0], "patient_id": "X3", "value": "CLOTTED"},
        {**rows[0], "patient_id": "X4", "collected_at": "some day"},
        {**rows[0], "patient_id": "X5", "unit": "K/uL", "value": "99999"},
    ]
    assert decided(*rows, *noise)["results"] == len(rows)


def test_medians_are_possible_values() -> None:
    for analyte, medians in MEDIANS.items():
        limits = ANALYTES[analyte].reject
        assert limits.above is None or medians.possible[1] <= limits.above
        assert limits.below is None or medians.usual[0] >= limits.below
