"""Results without a unit: which site and month tells it, which does not, and what stays missing."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime

import polars as pl
import pytest

from schemas.analytes import ANALYTES
from schemas.extract import EXTRACT_TABLES
from schemas.site_medians import INFERENCE_MIN_PATIENTS, INFERENCE_MIN_RESULTS, MEDIANS, MISSING_UNIT_TALLY
from schemas.tables import empty
from transforms.missing_units import (
    READ,
    changed_groups,
    decide_units,
    of_groups,
    regrouped,
    silent,
    summed,
    tally_missing,
    without_unit,
)
from transforms.results import Normalized, normalize_results

Row = dict[str, str | None]
MONTH = "2026-03"


def month_of(
    analyte: str, middle: float, *, count: int = 60, site: str = "north", spread: float = 0.15
) -> list[Row]:
    """Results of one month without a unit, each of another patient, spread around a median."""
    dice = random.Random(7)
    numbers = [middle * dice.uniform(1 - spread, 1 + spread) for _ in range(count - 1)] + [middle]
    return [
        {
            "patient_id": f"P{number}",
            "collected_at": f"{MONTH}-{number % 28 + 1:02d} 08:00:00",
            "code_system": "hemacohort",
            "code": analyte,
            "unit": None,
            "value": f"{value:.6g}",
            "site": site,
        }
        for number, value in enumerate(numbers)
    ]


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


def test_patients_can_be_counted_anew() -> None:
    raw = pl.DataFrame(month_of("wbc", 7.2), schema=dict.fromkeys(READ, pl.String))
    old = raw[:20].with_columns(value=pl.lit("9.9"))
    told = [tallied(part) for part in (pl.concat([old, raw[20:]]), old, raw[:20])]
    assert summed([told[0], told[2]], [told[1]]).equals(summed([tallied(raw)]))


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


def normalized(rows: list[Row], units: pl.DataFrame | None) -> Normalized:
    columns = dict.fromkeys((*EXTRACT_TABLES["lab_results"].column_names, "source_file"), pl.String)
    raw = pl.DataFrame(rows, schema=columns).with_columns(
        source_patient_id=pl.lit(None, pl.String),
        source_line=pl.int_range(pl.len(), dtype=pl.Int64),
        load=pl.lit(1, pl.Int32),
    )
    return normalize_results(raw, timezone="UTC", loads={1: datetime(2026, 4, 1)}, units=units)


def tallied(raw: pl.DataFrame) -> pl.DataFrame:
    return tally_missing(without_unit(raw, timezone="UTC"))


def decisions(rows: list[Row]) -> pl.DataFrame:
    raw = pl.DataFrame(rows, schema=dict.fromkeys(READ, pl.String))
    raw = raw.filter(pl.col("unit").is_in(silent(raw["unit"]), nulls_equal=True))
    return decide_units(tallied(raw))


def test_inferred_unit_converts_and_is_a_flag_on_the_result() -> None:
    rows = month_of("creatinine", 1.0)
    done = normalized(rows, decisions(rows))
    assert done.quarantine.is_empty()
    assert set(done.results["flags"].explode()) == {"UNIT_INFERRED"}
    last = done.results.filter(pl.col("patient_id") == "P59").row(0, named=True)
    assert (last["value"], last["unit"], last["source_unit"]) == (pytest.approx(88.4), "umol/L", None)


def test_other_site_and_month_keep_their_unit_missing() -> None:
    rows = month_of("creatinine", 1.0)
    other = {**rows[0], "patient_id": "Q1", "site": "south"}
    later = {**rows[0], "patient_id": "Q2", "collected_at": "2026-04-01 08:00:00"}
    done = normalized([*rows, other, later], decisions(rows))
    assert sorted(done.quarantine["patient_id"]) == ["Q1", "Q2"]
    assert done.quarantine["reasons"].to_list() == [["UNIT_MISSING"]] * 2


def test_value_that_the_inferred_unit_makes_impossible_is_missing() -> None:
    rows = [
        *month_of("creatinine", 1.0, count=120),
        {**month_of("creatinine", 1.0)[0], "patient_id": "Q", "value": "0"},
    ]
    done = normalized(rows, decisions(rows))
    assert done.quarantine.select("patient_id", pl.col("reasons").list.join(" ")).rows() == [
        ("Q", "IMPLAUSIBLE")
    ]


def test_month_tells_a_hemoglobin_only_where_nothing_nearer_does() -> None:
    rows = month_of("hb", 13.5, spread=0.1)
    by_itself = {**rows[0], "patient_id": "Q1", "value": "130"}
    nearer = [
        {**rows[0], "patient_id": "Q2", "value": "9.0", "unit": None},
        {**rows[0], "patient_id": "Q2", "code": "rbc", "value": "4.8", "unit": "T/L"},
        {**rows[0], "patient_id": "Q2", "code": "mch", "value": "30.2", "unit": "pg"},
    ]
    units = decisions([*rows, by_itself, nearer[0]])
    done = normalized([*rows, by_itself, *nearer], units)
    values = dict(done.results.filter(pl.col("analyte") == "hb").select("patient_id", "value").iter_rows())
    assert values["P59"] == 135.0
    assert values["Q1"] == 130.0
    assert values["Q2"] == 145.0  # 9.0 mmol/L, by red cells times MCH
    assert set(done.results.filter(pl.col("analyte") == "hb")["flags"].explode()) == {"HB_UNIT_INFERRED"}
    alone = normalized(rows, decisions(rows[:5]))
    assert set(alone.quarantine["reasons"].explode()) == {"HB_UNIT_AMBIGUOUS"}


def test_without_inference_no_unit_is_told_by_anything() -> None:
    rows = [
        *month_of("creatinine", 1.0),
        *month_of("hb", 13.5),
        {**month_of("hb", 13.5)[0], "patient_id": "Q1", "value": "130"},
        {**month_of("hb", 13.5)[0], "patient_id": "Q2", "code": "neut_pct", "value": "60"},
        {**month_of("hb", 13.5)[0], "patient_id": "Q3", "value": "3.4", "unit": "mmol/L"},
        {**month_of("hb", 13.5)[0], "patient_id": "Q3", "code": "rbc", "value": "1.8", "unit": "T/L"},
        {**month_of("hb", 13.5)[0], "patient_id": "Q3", "code": "mch", "value": "30", "unit": "pg"},
        {**month_of("hb", 13.5)[0], "patient_id": "Q4", "value": "13.5 g/dL"},
    ]
    done = normalized(rows, None)
    assert sorted(done.results.select("patient_id", "analyte").rows()) == [
        ("Q3", "mch"),
        ("Q3", "rbc"),
        ("Q4", "hb"),
    ]
    assert set(done.quarantine["reasons"].explode()) == {"UNIT_MISSING", "HB_UNIT_AMBIGUOUS"}
    assert not any("INFERRED" in flag for flag in done.flags["flag"])


def test_every_hemoglobin_of_a_mixed_column_is_read_by_its_own_value(
    normalize: Callable[..., Normalized],
) -> None:
    """Grams per liter and per deciliter under one label, either label: RULES.md 1.7, row by row."""
    done = normalize(
        *(
            {"code": "hb", "value": v, "unit": u, "specimen_id": f"{v}{u}"}
            for u in ("g/dL", "g/L")
            for v in ("13.5", "135")
        )
    )
    assert done.results["value"].to_list() == [135.0] * 4
    assert sorted(done.flags["flag"]) == ["HB_UNIT_GDL_IS_GL", "HB_UNIT_GL_IS_GDL"]
