"""One declaration of a check serves validation and quarantine, and neither lets a bad value through."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from schemas.checks import Check, ContractError, contract, split, validate
from schemas.contracts import CONTRACTS
from schemas.extract_checks import EVENT_CHECKS, STAGED
from schemas.tables import LAB_RESULT, empty

POSITIVE = Check("NOT_POSITIVE", "a is positive", pl.col("a") > 0)
NAMED = Check("NO_NAME", "b is given", pl.col("b").is_not_null())
SMALL = contract("small", {"a": pl.Int64, "b": pl.String}, [POSITIVE, NAMED], required=["a"])
GOOD = pl.DataFrame({"a": [1, 2], "b": ["x", "y"]})
SECRET = "P-SECRET-77"


def good_result() -> pl.DataFrame:
    now = datetime(2024, 1, 1)
    values = {
        "patient_id": SECRET, "specimen_id": "s", "collected_at": now, "resulted_at": now, "analyte": "hb", "value": 120.0,
        "value_low": 120.0, "value_high": 120.0, "unit": "g/L", "source_value": "12", "source_unit": "g/dL",
        "code_system": "LOINC", "code": "718-7", "status": "final", "site": None, "method": None, "flags": [],
        "loaded_at": now, "superseded_at": None, "superseded_by": None, "source_patient_id": None, "result_id": "r",
        "source_file": "f", "source_line": 2,
    }  # fmt: skip
    return pl.DataFrame({name: [values[name]] for name in LAB_RESULT}, schema=dict(LAB_RESULT))


def test_pandera_looks_at_the_data_of_lazy_frames() -> None:
    assert os.environ["PANDERA_VALIDATION_DEPTH"] == "SCHEMA_AND_DATA"


@pytest.mark.parametrize("bad", [-1, None])
def test_canary_a_bad_value_in_a_scan_is_caught(tmp_path: Path, bad: int | None) -> None:
    """Without SCHEMA_AND_DATA, Pandera lets every value of a lazy frame pass."""
    path = tmp_path / "canary.parquet"
    GOOD.with_columns(a=pl.Series([1, bad], dtype=pl.Int64)).write_parquet(path)
    with pytest.raises(ContractError, match="small"):
        validate(pl.scan_parquet(path), SMALL)


def test_good_frames_pass_unchanged() -> None:
    assert validate(GOOD, SMALL).equals(GOOD)
    assert validate(GOOD.lazy(), SMALL).collect().equals(GOOD)


@pytest.mark.parametrize(
    "frame",
    [
        GOOD.with_columns(a=pl.lit("1")),
        GOOD.drop("b"),
        GOOD.with_columns(more=1),
        GOOD.with_columns(b=pl.lit(None, pl.String)),
    ],
    ids=["type", "absent", "extra", "row check on null"],
)
def test_other_breaches_are_caught(frame: pl.DataFrame) -> None:
    with pytest.raises(ContractError):
        validate(frame, SMALL)


def test_split_and_contract_agree_row_by_row() -> None:
    frame = pl.DataFrame({"a": [1, 0, 5, 0], "b": ["x", "y", None, None]})
    accepted, rejected = split(frame, [POSITIVE, NAMED])
    assert accepted.rows() == [(1, "x")]
    assert rejected["reasons"].to_list() == [["NOT_POSITIVE"], ["NO_NAME"], ["NOT_POSITIVE", "NO_NAME"]]
    validate(accepted, SMALL)
    for row in rejected.drop("reasons").iter_slices(1):
        with pytest.raises(ContractError):
            validate(row, SMALL)


def test_a_null_check_rejects() -> None:
    accepted, rejected = split(
        pl.DataFrame({"a": [None], "b": ["x"]}, schema={"a": pl.Int64, "b": pl.String}), [POSITIVE]
    )
    assert accepted.is_empty()
    assert rejected["reasons"].to_list() == [["NOT_POSITIVE"]]


def test_split_of_nothing() -> None:
    accepted, rejected = split(GOOD.clear(), [POSITIVE])
    assert accepted.is_empty()
    assert rejected.schema["reasons"] == pl.List(pl.String)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("patient_id", None),
        ("analyte", "hemoglobin"),
        ("unit", "g/dL"),
        ("value", float("nan")),
        ("value_high", 100.0),
        ("value", 119.0),
        ("status", "Final"),
        ("flags", None),
    ],
)
def test_lab_result_contract_names_no_value(column: str, value: object) -> None:
    validate(good_result(), CONTRACTS["lab_result"])
    bad = good_result().with_columns(pl.Series(column, [value], dtype=LAB_RESULT[column]))
    with pytest.raises(ContractError) as caught:
        validate(bad, CONTRACTS["lab_result"])
    assert SECRET not in str(caught.value)
    assert "lab_result" in str(caught.value)


@pytest.mark.parametrize("table", sorted(CONTRACTS))
def test_a_table_without_rows_is_held_to_its_columns_and_types(table: str) -> None:
    """A night on which nothing happened writes such tables, and whoever reads them relies on the columns."""
    schema = CONTRACTS[table]
    bare = empty({name: column.dtype.type for name, column in schema.columns.items()})
    validate(bare, schema)
    for column, dtype in bare.schema.items():
        other = pl.Int8 if dtype != pl.Int8 else pl.String
        for broken in (bare.drop(column), bare.with_columns(pl.lit(None, other).alias(column))):
            with pytest.raises(ContractError):
                validate(broken, schema)


def test_staged_contract_uses_the_same_checks() -> None:
    row = {"patient_id": "p", "kind": "diagnosis", "code_system": "ICD-10-CM", "code": "D50.9", "start_date": "2024-01-02",
           "end_date": None, "source_patient_id": None, "source_file": "f", "source_line": 2}  # fmt: skip
    frame = pl.DataFrame([row], schema={**dict.fromkeys(list(row)[:-1], pl.String), "source_line": pl.Int64})
    validate(frame, STAGED["clinical_events"])
    accepted, _ = split(frame, EVENT_CHECKS)
    assert accepted.height == 1
    with pytest.raises(ContractError, match="UNKNOWN_KIND"):
        validate(frame.with_columns(kind=pl.lit("visit")), STAGED["clinical_events"])
