"""Who a patient is: rows that disagree, and identifiers that were merged."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import polars as pl
import pytest

from schemas.checks import validate
from schemas.contracts import CONTRACTS
from schemas.extract import EXTRACT_TABLES
from schemas.tables import LAB_PATIENT
from transforms.extract_tables import MergeCycleError, Parsed, parse_merges, parse_patients

Row = dict[str, str | None]


def texts(table: str, *rows: Row) -> pl.DataFrame:
    """Rows as staged; lines are numbered from 2, and a row may name another file."""
    names = list(EXTRACT_TABLES[table].column_names)
    names += sorted({name for row in rows for name in row} - set(names) - {"source_file"})
    return pl.DataFrame(
        [
            {name: row.get(name) for name in names}
            | {"source_file": row.get("source_file") or f"{table}.csv", "source_line": line}
            for line, row in enumerate(rows, 2)
        ],
        schema={**dict.fromkeys((*names, "source_file"), pl.String), "source_line": pl.Int64},
    )


def patients(*rows: Row) -> Parsed:
    parsed = parse_patients(texts("patients", *rows), newest=date(2024, 6, 1), timezone="UTC")
    validate(parsed.accepted.select(*LAB_PATIENT), CONTRACTS["lab_patient"])
    return parsed


def fates(parsed: Parsed) -> dict[str, int]:
    return dict(parsed.fates.group_by("fate").agg(pl.col("rows").sum()).rows())


def flags(parsed: Parsed) -> list[tuple[str, str, str, int]]:
    return sorted(parsed.flags.select("patient_id", "flag", "detail", "source_line").rows())


def test_two_sexes_leave_the_sex_unknown_and_say_where() -> None:
    rows: list[Row] = [
        {"patient_id": "p", "sex": "male", "birth_date": "1980-01-01", "source_file": "a.csv"},
        {"patient_id": "p", "sex": "F", "birth_date": "1980-01-01", "source_file": "b.csv"},
        {"patient_id": "q", "sex": "male"},
        {"patient_id": "p"},
    ]
    for order in permutations(rows):
        parsed = patients(*order)
        assert parsed.accepted.select("patient_id", "sex", "birth_date").rows() == [
            ("p", None, date(1980, 1, 1)),
            ("q", "male", None),
        ]
        assert sorted(parsed.flags.select("patient_id", "flag", "detail", "source_file").rows()) == [
            ("p", "CONFLICTING_PATIENT", "sex: 2", "a.csv"),
            ("p", "CONFLICTING_PATIENT", "sex: 2", "b.csv"),
        ]
        assert fates(parsed) == {"accepted": 2, "duplicate": 2}


@pytest.mark.parametrize(
    ("column", "values", "holds"),
    [
        ("birth_date", ["1980-01-01", "1980-01-02"], None),
        ("duffy_null", ["yes", "no"], None),
        ("death_date", ["2024-01-02", "2024-03-04"], date(2024, 3, 4)),  # dead by both from then on
        ("sex", ["male", "M"], "male"),
        ("sex", ["male", "unknown"], "male"),
        ("birth_date", ["1980-01-01", "19800101"], date(1980, 1, 1)),
    ],
)
def test_what_a_patient_holds_then(column: str, values: list[str], holds: object) -> None:
    parsed = patients(*({"patient_id": "p", column: value} for value in values))
    assert parsed.accepted[column].to_list() == [holds]
    differ = holds is None or column == "death_date"
    expected = [("p", "CONFLICTING_PATIENT", f"{column}: 2", line) for line in (2, 3)]
    assert flags(parsed) == (expected if differ else [])


def test_rows_that_together_die_before_birth_leave_both_unknown() -> None:
    parsed = patients(
        {"patient_id": "p", "sex": "M", "birth_date": "1980-01-01"},
        {"patient_id": "p", "death_date": "1979-01-01"},
    )
    assert parsed.accepted.select("sex", "birth_date", "death_date").rows() == [("male", None, None)]
    assert flags(parsed) == [
        ("p", "CONFLICTING_PATIENT", "birth_date: 1", 2),
        ("p", "CONFLICTING_PATIENT", "death_date: 1", 3),
    ]


def test_disagreement_about_a_stratum_costs_the_stratum_only() -> None:
    parsed = patients(
        {"patient_id": "p", "sex": "M", "stratum_region": "north", "residence_elevation_m": "10"},
        {"patient_id": "p", "sex": "M", "stratum_region": "south", "residence_elevation_m": "10"},
    )
    assert parsed.accepted.select("sex", "stratum_region", "residence_elevation_m").rows() == [
        ("male", None, 10.0)
    ]
    assert flags(parsed) == [("p", "CONFLICTING_VALUE", "stratum_region: 2", line) for line in (2, 3)]


def test_the_row_of_a_merged_identifier_gives_way_and_their_difference_is_flagged() -> None:
    parsed = patients(
        {"patient_id": "p", "sex": "M", "birth_date": "1980-01-01"},
        {"patient_id": "p", "sex": "F", "birth_date": "1980-01-01", "source_patient_id": "old"},
    )
    assert parsed.accepted["sex"].to_list() == ["male"]
    assert fates(parsed) == {"accepted": 1, "superseded": 1}
    assert flags(parsed) == [("p", "MERGED_PATIENTS_DIFFER", "sex: 2", line) for line in (2, 3)]


def test_merged_identifiers_without_a_row_of_the_remaining_one() -> None:
    parsed = patients(
        {"patient_id": "p", "sex": "M", "birth_date": "1980-01-01", "source_patient_id": "a"},
        {"patient_id": "p", "sex": "F", "birth_date": "1980-01-01", "source_patient_id": "b"},
    )
    assert parsed.accepted.select("sex", "birth_date").rows() == [(None, date(1980, 1, 1))]
    assert {flag for _, flag, _, _ in flags(parsed)} == {"MERGED_PATIENTS_DIFFER"}


def merge(old: str, new: str) -> Row:
    return {"from_patient_id": old, "to_patient_id": new}


def test_merges_follow_chains() -> None:
    merges, parsed = parse_merges(
        texts("patient_merges", merge("a", "b"), merge("b", "c"), merge("a", "b"), merge("x", "x"))
    )
    assert merges == {"a": "c", "b": "c"}
    assert fates(parsed) == {"accepted": 2, "duplicate": 1, "quarantined": 1}
    assert parsed.rejected["reasons"].to_list() == [["SELF_MERGE"]]


def test_a_missing_identifier_is_no_merge_with_itself() -> None:
    _, parsed = parse_merges(texts("patient_merges", {"to_patient_id": "b"}, {"from_patient_id": "a"}))
    assert parsed.rejected["reasons"].to_list() == [["FROM_PATIENT_ID_MISSING"], ["TO_PATIENT_ID_MISSING"]]


def test_merges_into_two_are_not_followed() -> None:
    merges, parsed = parse_merges(texts("patient_merges", merge("a", "b"), merge("a", "c"), merge("d", "e")))
    assert merges == {"d": "e"}
    assert flags(parsed) == [("a", "CONFLICTING_MERGE", "to_patient_id: 2", line) for line in (2, 3)]
    assert parsed.rejected["reasons"].to_list() == [["CONFLICTING_MERGE"]] * 2


@pytest.mark.parametrize("pairs", [["ab", "ba"], ["ab", "bc", "ca"], ["xa", "ab", "ba"]])
def test_circular_merges(pairs: list[str]) -> None:
    with pytest.raises(MergeCycleError):
        parse_merges(texts("patient_merges", *(merge(*pair) for pair in pairs)))


def test_two_chains_of_merges_with_one_end_are_no_conflict() -> None:
    """A source may list the step of the time and the end that was reached since."""
    merges, parsed = parse_merges(texts("patient_merges", merge("a", "b"), merge("a", "c"), merge("b", "c")))
    assert merges == {"a": "c", "b": "c"}
    assert fates(parsed) == {"accepted": 3}
    assert flags(parsed) == []


def test_merges_into_an_identifier_with_two_targets_stop_there() -> None:
    merges, _ = parse_merges(texts("patient_merges", merge("z", "a"), merge("a", "b"), merge("a", "c")))
    assert merges == {"z": "a"}


def test_a_long_chain_is_followed() -> None:
    merges, _ = parse_merges(texts("patient_merges", *(merge(str(n), str(n + 1)) for n in range(20_000))))
    assert set(merges.values()) == {"20000"}


def test_the_circle_is_named_by_file_and_line() -> None:
    with pytest.raises(MergeCycleError) as caught:
        parse_merges(texts("patient_merges", merge("a", "b"), merge("b", "a") | {"source_file": "more.csv"}))
    assert (caught.value.file, caught.value.line) == ("more.csv", 3)
