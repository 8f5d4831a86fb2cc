"""What a code may stand for: by its name, its unit and its values; and what must never be suggested."""

from __future__ import annotations

import math
import random
from typing import Any

import polars as pl
import pytest

from schemas.analyte_names import ANALYTE_NAMES, FILLERS, OTHER_MATERIAL, OTHER_TEST
from schemas.analytes import ANALYTES
from schemas.code_map import MapLine
from tests.codes.conftest import around, summary
from transforms.code_suggestions import with_suggestions
from transforms.name_fits import name_fits, words_of
from transforms.unmapped import LEAST_VALUES, counted, summarized


def first(**row: Any) -> tuple[str | None, float | None]:
    """Best suggestion and its score for one row."""
    found = summary(row).row(0, named=True)
    return found["suggested"], found["score"]


def test_every_analyte_with_a_name_exists() -> None:
    assert set(ANALYTE_NAMES) <= set(ANALYTES)
    for analyte, names in ANALYTE_NAMES.items():
        assert names, analyte
        assert all(name == name.lower() and words_of(name) for name in names), analyte


@pytest.mark.parametrize("analyte", ANALYTE_NAMES)
def test_the_own_name_of_an_analyte_is_not_excluded(analyte: str) -> None:
    for name in ANALYTE_NAMES[analyte]:
        assert name_fits(name).get(analyte, 0) == 1, name


def test_words_that_exclude_say_something() -> None:
    assert not FILLERS & (OTHER_MATERIAL | OTHER_TEST)


@pytest.mark.parametrize(
    ("name", "unit", "median", "analyte"),
    [
        ("Ferritin", "ng/mL", 90, "ferritin"),
        ("FERRITINE", "ug/L", 90, "ferritin"),
        ("Hämoglobin", "g/dL", 13, "hb"),
        ("Haemoglobin (Hb)", "g/L", 130, "hb"),
        ("Hgb", "mmol/L", 8.5, "hb"),
        ("Hemoglobin [Mass/volume] in Blood", "g/dL", 12, "hb"),
        ("Neutrophils", "%", 60, "neut_pct"),
        ("Neutrophils", "10*9/L", 4, "anc"),
        ("NEUT #", "K/uL", 4, "anc"),
        ("Reticulocytes", "%", 1.2, "retic_pct"),
        ("Reticulocytes", "10*9/L", 60, "retic_abs"),
        ("Iron", "ug/dL", 80, "iron"),
        ("Iron Saturation", "%", 22, "tsat"),
        ("Iron binding capacity, total", "ug/dL", 320, "tibc"),
        ("Transferrin", "mg/dL", 240, "transferrin"),
        ("Soluble transferrin receptor", "mg/L", 1.4, "stfr"),
        ("Mean Corpuscular Hemoglobin Concentration", "g/dL", 33, "mchc"),
        ("MCH", "pg", 29, "mch"),
        ("Thrombozyten", "/nl", 240, "plt"),
        ("C-Reactive Protein (High Sensitivity)", "mg/L", 3, "crp"),
        ("Vit. B-12", "pg/mL", 400, "b12"),
        ("Folate, RBC", "ng/mL", 400, "rbc_folate"),
        ("Hb A2", "%", 2.6, "hba2"),
        ("Creatinine", "mg/dL", 1, "creatinine"),
        ("Bilirubin, Indirect", "mg/dL", 1.06, "bilirubin_indirect"),
    ],
)
def test_names_units_and_values_of_laboratories(name: str, unit: str, median: float, analyte: str) -> None:
    found, score = first(name=name, unit=unit, **around(median))
    assert found == analyte
    assert score is not None
    assert score >= 0.75


@pytest.mark.parametrize(
    ("name", "unit", "median"),
    [
        ("Hemoglobin A1c", "%", 6),
        ("Hemoglobin F", "%", 1),
        ("Free hemoglobin", "mg/dL", 20),
        ("Creatinine, urine", "mg/dL", 90),
        ("Creatinine clearance", "mL/min", 90),
        ("Albumin/Creatinine ratio", "mg/g", 20),
        ("Prealbumin", "mg/dL", 20),
        ("Bilirubin, direct", "mg/dL", 0.2),
        ("Protein C", "%", 90),
        ("RBC, urine", "/HPF", 5),
        ("WBC", "/HPF", 5),
        ("Platelet distribution width", "fL", 12),
        ("Carbohydrate deficient transferrin", "%", 1.5),
        ("EGFR mutation", None, 1),
        ("Lymphocytes", "%", 25),
        ("Glucose", "mg/dL", 100),
        ("RBC Morphology", "N/A", 1),
        ("Sodium", "mmol/L", 140),
    ],
)
def test_other_tests_are_not_suggested(name: str, unit: str | None, median: float) -> None:
    assert first(name=name, unit=unit, **around(median)) == (None, None)


@pytest.mark.parametrize("specimen", ["Urine", "CSF", "24h urine", "stool"])
def test_other_materials_are_not_suggested(specimen: str) -> None:
    assert first(name="Creatinine", unit="mg/dL", specimen=specimen, **around(1)) == (None, None)
    assert first(name="Creatinine", unit="mg/dL", specimen="Serum", **around(1))[0] == "creatinine"


def test_impossible_values_and_a_foreign_unit_count_against_a_name() -> None:
    assert first(name="Creatinine", unit="mg/dL", **around(90)) == (None, None)  # as in urine
    assert first(name="MCV", unit="g/L", **around(90)) == (None, None)
    fits, far = (first(name="Ferritin", unit="ug/L", **around(m)) for m in (90, 9000))
    assert fits == ("ferritin", 1.0)
    assert far == ("ferritin", 0.56)


def test_too_few_values_say_nothing() -> None:
    assert first(name="Ferritin", unit="ug/L", numbers=19) == ("ferritin", 0.9)


def test_a_code_counts_less_than_a_name_and_a_contradicting_name_outweighs_it() -> None:
    assert first(code="FERR", unit="ug/L", **around(90)) == ("ferritin", 0.88)
    assert first(code="FERR", name="Sodium", unit="ug/L", **around(90)) == (None, None)


def test_without_a_name_unit_and_values_must_fit_one_analyte_only() -> None:
    assert first(unit="fL", **around(90)) == ("mcv", 0.4)
    assert first(unit="10*9/L", **around(4)) == (None, None)
    assert first(unit="fL") == (None, None)


def test_the_reason_is_in_words() -> None:
    found = summary({"name": "Ferritin", "unit": "ng/mL", **around(90)}).row(0, named=True)
    assert found["reason"] == (
        "the name is one of Ferritin; ng/mL is one of its units; half of 200 values lie at 72 to 108 ng/mL, as is usual"
    )
    assert (
        "uibc" in summary({"name": "Iron binding capacity", "unit": "ug/dL", **around(320)})["others"].item()
    )


def test_what_a_person_refused_is_not_suggested_again() -> None:
    plain = summary({"name": "Iron binding capacity", "unit": "ug/dL", **around(320)}, {"name": "Ferritin"})
    empty = dict.fromkeys(
        ("specimen", "name", "site", "default_unit", "accepted_by", "accepted_on", "note"), ""
    )
    no = MapLine(2, False, code_system="lab", code="X1", unit="ug/dL", analyte="tibc", **empty)
    after = {row["name"]: row["suggested"] for row in with_suggestions(plain, [no]).iter_rows(named=True)}
    assert after == {"Iron binding capacity": "uibc", "Ferritin": "ferritin"}


def frame(values: list[str | None], load: int = 1, **texts: str | None) -> pl.DataFrame:
    """Ignored rows of one code with these values."""
    usual = {"code_system": "LAB", "code": "X", "specimen": None, "name": None, "unit": "mg/dL", "site": None}
    return pl.DataFrame(
        [{**usual, **texts, "value": value, "load": load} for value in values],
        schema={**dict.fromkeys((*usual, "value"), pl.String), "load": pl.Int32},
    )


def test_quantiles_are_right_to_a_bin_and_do_not_depend_on_the_parts() -> None:
    rng = random.Random(7)
    numbers = sorted(math.exp(rng.gauss(3, 0.8)) for _ in range(5000))
    texts: list[str | None] = [f"{number:.6f}" for number in numbers]
    rng.shuffle(texts)
    whole = summarized(counted(frame(texts)))
    parts = summarized(pl.concat([counted(frame(texts[:1234])), counted(frame(texts[1234:], load=2))]))
    assert whole.equals(parts)
    row = whole.row(0, named=True)
    for name, share in {"p05": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95}.items():
        assert row[name] == pytest.approx(numbers[int(share * 5000)], rel=0.07)


def test_what_is_no_number_is_counted_as_a_row_only() -> None:
    values = ["HEMOLYZED", None, "<5", "inf", "NaN", "0", "-2", "12"]
    row = summarized(counted(frame(values))).row(0, named=True)
    assert (row["rows"], row["numbers"], row["median"]) == (8, 3, None)


@pytest.mark.parametrize(("numbers", "shown"), [(LEAST_VALUES - 1, False), (LEAST_VALUES, True)])
def test_quantiles_of_few_values_would_show_results_and_are_left_out(numbers: int, shown: bool) -> None:
    found = summarized(counted(frame(["7"] * numbers)))
    assert (found["median"].item() is not None) == shown


def test_zero_and_negative_numbers_have_quantiles_too() -> None:
    row = summarized(counted(frame(["-3"] * 5 + ["0"] * 20 + ["10"] * 15))).row(0, named=True)
    assert (row["p05"], row["median"]) == (-1, 0)
    assert row["p95"] == pytest.approx(10, rel=0.07)
