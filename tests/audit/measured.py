"""Measures of made-up nights, and what a check finds wrong with the last of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import polars as pl

from flows.audit import offending
from schemas.audits import AUDITS, MEASURE

FIRST = date(2026, 6, 1)


BY_NAME = {audit.name: audit for audit in AUDITS}


TONIGHT = 12


Row = dict[str, Any]


def night_of(number: int, **changes: Any) -> list[Row]:
    """The measures of a night. Numbers swing a little, as numbers do; changes: what is otherwise that night."""
    swing = number % 3
    values = {
        "members": 100 + swing,
        "hb": 400 + 10 * swing,
        "ferritin": 50 + swing,
        "rows": 1000,
        "ignored": 100 + swing,
        "quarantined": 10 + swing,
        "delay": 1,
        "fingerprint": "2.1.0/aaaa",
        "known": True,
        "occasion": None,
        **changes,
    }
    as_of = FIRST + timedelta(days=number)
    newest = datetime.combine(as_of - timedelta(days=values["delay"]), datetime.min.time())
    rows: list[Row] = [
        {
            "measure": "members",
            "rule_id": "pancytopenia",
            "rule_version": 1,
            "fingerprint": values["fingerprint"],
            "known": values["known"],
            "amount": values["members"],
        }
    ]
    rows += [{"measure": name, "amount": values[name]} for name in ("rows", "ignored", "quarantined")]
    for site, analyte in (("A", "hb"), ("A", "ferritin"), ("B", "hb")):
        amount = values.get(f"{site}_{analyte}", values[analyte])
        if amount and values["rows"]:
            rows.append(
                {"measure": "results", "site": site, "analyte": analyte, "amount": amount, "newest": newest}
            )
    named = {"night": number, "run_id": f"{999 - number}"}  # a clock set back every night: names say no order
    return [{**row, **named, "as_of": as_of, "occasion": values["occasion"]} for row in rows]


def found(
    check: str, tonight: Row, *, earlier: int = TONIGHT, otherwise: dict[int, Row] | None = None
) -> list[Row]:
    """What a check finds wrong with tonight after some earlier nights, of which some may be otherwise."""
    nights = [night_of(number, **(otherwise or {}).get(number, {})) for number in range(earlier)]
    rows = [row for night in [*nights, night_of(earlier, **tonight)] for row in night]
    measures = pl.DataFrame(rows, schema=dict(MEASURE))
    with duckdb.connect() as connection:
        connection.register("measures", measures.to_arrow())
        connection.execute("CREATE SCHEMA run")
        connection.execute("CREATE TABLE run.measure AS FROM measures")
        return offending(connection, BY_NAME[check], earlier)
