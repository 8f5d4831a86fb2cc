"""Extracts of a few patients, and what a home says of them."""

from __future__ import annotations

from typing import Any

import duckdb
import polars as pl

from flows.home import Home

LAB = {
    "patient_id": "p", "collected_at": "2026-06-01 08:00:00", "code_system": "hemacohort", "code": "hb",
    "value": "90", "unit": "g/L", "specimen_id": "s1", "result_id": "r1", "resulted_at": "2026-06-01 10:00:00",
    "status": "final",
}  # fmt: skip


def labs(*rows: dict[str, str]) -> pl.DataFrame:
    return pl.DataFrame([{**LAB, **row} for row in rows])


def count(mcv: str = "70", hb: str = "90", day: str = "2026-06-01", who: str = "p") -> list[dict[str, str]]:
    """A blood count with a low ferritin: iron deficiency anemia if the hemoglobin is low."""
    at = f"{day} 08:00:00"
    tests = (("hb", hb, "g/L"), ("mcv", mcv, "fL"), ("ferritin", "6", "ug/L"), ("crp", "1", "mg/L"))
    return [
        {"patient_id": who, "code": code, "value": value, "unit": unit, "collected_at": at,
         "specimen_id": f"{who}-{day}", "result_id": f"{who}-{day}-{code}", "resulted_at": at}
        for code, value, unit in tests
    ]  # fmt: skip


def adults(*who: str) -> pl.DataFrame:
    return pl.DataFrame([{"patient_id": name, "sex": "male", "birth_date": "1970-01-01"} for name in who])


def members(home: Home, rule: str = "iron_deficiency_anemia") -> dict[str, str]:
    rows = pl.read_parquet(home.night() / "membership.parquet").filter(pl.col("rule_id") == rule)
    return dict(rows.select("patient_id", "status").rows())


def entries(home: Home, rule: str = "iron_deficiency_anemia") -> list[tuple[str, ...]]:
    night = home.night()
    ledger = pl.read_parquet(night / "ledger.parquet")
    of_night = ledger.filter((pl.col("run_id") == night.name) & (pl.col("rule_id") == rule))
    return of_night.select("patient_id", "event", "because", "caused_by").sort("patient_id").rows()


def rows_of(home: Home, table: str) -> list[tuple[Any, ...]]:
    return asked(home, f"SELECT * FROM {table} ORDER BY ALL")


def asked(home: Home, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(home.night() / "hemacohort.duckdb"), read_only=True) as connection:
        return connection.sql(query).fetchall()
