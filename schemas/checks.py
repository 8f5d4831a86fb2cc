"""Checks declared once, used twice: as a Pandera contract, and to split rows into accepted and quarantined.

A check holds on a row where its expression is true; false and null both fail (in Polars a null would otherwise slip
through a filter as neither).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaError
from pandera.polars import PolarsData

# Pandera turns failing rows into Python objects; a handful is enough to know that it failed
FAILURES_KEPT = 3
MAX_CHECKS = 62  # bits of the mask that stay positive in an Int64

_ONE_AT_A_TIME = threading.Lock()  # Pandera keeps its settings in one place for all threads

Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)


@dataclass(frozen=True)
class Check:
    """One promise about a row. reason: why a row is set aside; says: the promise in words; holds: the expression."""

    reason: str
    says: str
    holds: pl.Expr


class ContractError(ValueError):
    """A table breaks its contract. The message names table, column and check, never a value."""


def reason_mask(checks: Sequence[Check]) -> pl.Expr:
    """Int64 per row with bit i set where check i fails; 0 is a clean row."""
    if len(checks) > MAX_CHECKS:
        raise ValueError("too many checks for one mask")
    bits = [
        pl.when(check.holds.fill_null(value=False)).then(0).otherwise(1 << bit).cast(pl.Int64)
        for bit, check in enumerate(checks)
    ]
    return pl.sum_horizontal(bits) if bits else pl.lit(0, pl.Int64)


def split(frame: pl.DataFrame, checks: Sequence[Check]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows on which every check holds, and the others with a List(String) column ``reasons`` in declared order.

    frame: has the columns that the checks read.
    """
    marked = frame.with_columns(reason_mask(checks).alias("__mask"))
    accepted = marked.filter(pl.col("__mask") == 0).drop("__mask")
    rejected = marked.filter(pl.col("__mask") != 0)
    masks = rejected["__mask"].unique().to_list()
    reasons = pl.DataFrame(
        {"__mask": masks, "reasons": [_reasons(mask, checks) for mask in masks]},
        schema={"__mask": pl.Int64, "reasons": pl.List(pl.String)},
    )
    return accepted, rejected.join(reasons, on="__mask", how="left", maintain_order="left").drop("__mask")


def _reasons(mask: int, checks: Sequence[Check]) -> list[str]:
    found = [check.reason for bit, check in enumerate(checks) if mask >> bit & 1]
    return list(dict.fromkeys(found))


def contract(
    name: str,
    columns: Mapping[str, Any],
    checks: Sequence[Check] = (),
    *,
    required: Sequence[str] = (),
    strict: bool = True,
) -> pa.DataFrameSchema:
    """Pandera schema of a table: columns with their types, the ones never null, and row checks.

    strict: no other columns are allowed. Validate with :func:`validate`, which keeps values out of messages.
    """
    return pa.DataFrameSchema(
        {column: pa.Column(dtype, nullable=column not in required) for column, dtype in columns.items()},
        checks=[
            pa.Check(_as_pandera(check.holds), name=check.reason, n_failure_cases=FAILURES_KEPT)
            for check in checks
        ],
        name=name,
        strict=strict,
    )


def _as_pandera(holds: pl.Expr) -> Callable[[PolarsData], pl.LazyFrame]:
    return lambda data: data.lazyframe.select(holds.fill_null(value=False))


def validate(frame: Frame, schema: pa.DataFrameSchema) -> Frame:
    """The frame itself if it keeps the contract, types and data both.

    Raises ContractError. Give it a materialized frame or a plain scan: on plans with joins Pandera reports wrong rows.
    """
    try:
        with _ONE_AT_A_TIME:
            return schema.validate(frame)
    except SchemaError as error:
        check = getattr(error.check, "name", None) or str(error.check)
        column = getattr(error.schema, "name", None)
        where = f"{schema.name}.{column}" if column and column != schema.name else f"{schema.name}"
        kind = error.reason_code.name.lower() if error.reason_code else "check"
        # "from None": Pandera's own text quotes rows, and those may belong to a patient.
        raise ContractError(f"{where} breaks its contract: {kind}, {check}") from None
