"""What an inferred unit makes of results, and what stays missing without one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import polars as pl
import pytest

from schemas.extract import EXTRACT_TABLES
from tests.results.months import Row, decisions, month_of
from transforms.results import Normalized, normalize_results


def normalized(rows: list[Row], units: pl.DataFrame | None) -> Normalized:
    columns = dict.fromkeys((*EXTRACT_TABLES["lab_results"].column_names, "source_file"), pl.String)
    raw = pl.DataFrame(rows, schema=columns).with_columns(
        source_patient_id=pl.lit(None, pl.String),
        source_line=pl.int_range(pl.len(), dtype=pl.Int64),
        load=pl.lit(1, pl.Int32),
    )
    return normalize_results(raw, timezone="UTC", loads={1: datetime(2026, 4, 1)}, units=units)


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


def test_without_inference_no_unit_is_inferred_from_anything() -> None:
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
