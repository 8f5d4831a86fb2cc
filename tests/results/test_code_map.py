"""What a site's code map makes of its own codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from schemas.code_map import MapLine
from transforms.code_map import CodeMap, problems
from transforms.results import Normalized
from transforms.unmapped import summarized

Normalize = Callable[..., Normalized]
EMPTY = dict.fromkeys(
    ("specimen", "name", "unit", "site", "default_unit", "accepted_by", "accepted_on", "note"), ""
)
ROW = {"code_system": "LAB", "code": "FER", "value": "8", "unit": "ug/L"}


def line(number: int = 2, **cells: Any) -> MapLine:
    """A line of a map; what it leaves out is empty."""
    usual = {
        **EMPTY,
        "line": number,
        "accepted": True,
        "code_system": "LAB",
        "code": "FER",
        "analyte": "ferritin",
    }
    return MapLine(**{**usual, **cells})


def analytes(done: Normalized) -> list[str]:
    """Analytes of the accepted rows in order of the rows, "-" for ignored ones left out."""
    return done.results.sort("source_line")["analyte"].to_list()


def test_code_without_a_line_is_ignored_and_one_with_a_line_is_accepted(normalize: Normalize) -> None:
    assert analytes(normalize(ROW)) == []
    done = normalize(ROW, {**ROW, "code": "OTHER"}, code_map=CodeMap((line(),)))
    assert analytes(done) == ["ferritin"]
    row = done.results.row(0, named=True)
    assert (row["value"], row["unit"], row["code_system"], row["code"]) == (8, "ug/L", "LAB", "FER")
    assert done.unmapped["code"].to_list() == ["OTHER"]


def test_refused_line_maps_nothing(normalize: Normalize) -> None:
    assert analytes(normalize(ROW, code_map=CodeMap((line(accepted=False),)))) == []


@pytest.mark.parametrize(
    ("mapped", "sent"), [("", None), ("", "local"), ("local", ""), ("lab", " LAB "), ("local", "Local")]
)
def test_code_systems_are_compared_without_case_and_empty_is_local(
    normalize: Normalize, mapped: str, sent: str | None
) -> None:
    done = normalize(
        {**ROW, "code_system": sent, "code": " FER "}, code_map=CodeMap((line(code_system=mapped),))
    )
    assert analytes(done) == ["ferritin"]


def test_codes_themselves_keep_their_case(normalize: Normalize) -> None:
    assert analytes(normalize({**ROW, "code": "fer"}, code_map=CodeMap((line(),)))) == []


@pytest.mark.parametrize(
    ("condition", "fitting", "other"),
    [
        ("specimen", "Serum  ", "urine"),
        ("specimen", "SERUM", None),
        ("name", " ferritin  level", "iron"),
        ("site", "north", "North"),
        ("unit", "ug/L", "g/L"),
        ("unit", "µg/L", None),
    ],
)
def test_condition_lets_only_its_rows_through(
    normalize: Normalize, condition: str, fitting: str, other: str | None
) -> None:
    wanted = {"specimen": "serum", "name": "Ferritin level", "site": "north", "unit": "ug/L"}[condition]
    code_map = CodeMap((line(**{condition: wanted}),))
    done = normalize({**ROW, condition: other}, {**ROW, condition: fitting}, code_map=code_map)
    assert done.results["source_line"].to_list() == [3]
    assert done.fates["rows"].sum() == 2


def test_line_with_more_conditions_is_used_for_its_rows(normalize: Normalize) -> None:
    code_map = CodeMap(
        (line(2), line(3, analyte="iron", name="iron"), line(4, analyte="tsat", name="iron", site="S"))
    )
    rows = (
        {**ROW, "name": "ferritin", "specimen_id": "1"},
        {**ROW, "name": "Iron", "unit": "umol/L", "specimen_id": "2"},
        {**ROW, "name": "Iron", "site": "S", "unit": "%", "value": "20", "specimen_id": "3"},
        {**ROW, "name": None, "specimen_id": "4"},
    )
    assert analytes(normalize(*rows, code_map=code_map)) == ["ferritin", "iron", "tsat", "ferritin"]


def test_no_unit_is_a_condition_of_its_own(normalize: Normalize) -> None:
    code_map = CodeMap((line(unit="none", default_unit="ug/L"),))
    done = normalize({**ROW, "unit": None}, {**ROW, "unit": "mg/L", "specimen_id": "2"}, code_map=code_map)
    assert done.results["source_line"].to_list() == [2]


def test_default_unit_is_for_rows_without_one_and_leaves_a_flag(normalize: Normalize) -> None:
    code_map = CodeMap((line(default_unit="mg/L"),))
    done = normalize({**ROW, "unit": None, "value": "0.05"}, {**ROW, "specimen_id": "2"}, code_map=code_map)
    (without, with_unit) = done.results.sort("source_line").iter_rows(named=True)
    assert (without["value"], without["source_unit"], without["flags"]) == (50, None, ["UNIT_FROM_MAP"])
    assert (with_unit["value"], with_unit["flags"]) == (8, [])
    assert done.flags["flag"].to_list() == ["UNIT_FROM_MAP"]


def test_two_codes_of_one_analyte_do_not_replace_each_other(normalize: Normalize) -> None:
    code_map = CodeMap((line(2), line(3, code="FER2")))
    done = normalize(
        ROW, {**ROW, "code": "FER2", "value": "9", "resulted_at": "2026-01-03"}, code_map=code_map
    )
    assert done.results["superseded_at"].null_count() == 2


def test_bucket_order_does_not_matter(normalize: Normalize) -> None:
    code_map = CodeMap((line(2), line(3, analyte="iron", name="iron")))
    rows = [
        {**ROW, "name": name, "specimen_id": str(n)} for n, name in enumerate(("iron", "x", "iron", None))
    ]
    one = normalize(*rows, code_map=code_map).results.sort("specimen_id")["analyte"].to_list()
    other = normalize(*reversed(rows), code_map=code_map).results.sort("specimen_id")["analyte"].to_list()
    assert one == other == ["iron", "ferritin", "iron", "ferritin"]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([line(2), line(3)], "line 3: the line repeats line 2"),
        ([line(2), line(3, analyte="iron")], "line 3: the line contradicts line 2"),
        ([line(2), line(3, default_unit="mg/L")], "line 3: the line contradicts line 2"),
        ([line(2), line(3, accepted=False)], "line 3: the line contradicts line 2"),
        ([line(2, accepted=False), line(3, accepted=False)], "line 3: the line repeats line 2"),
        (
            [line(2, name="Iron"), line(3, name=" iron", analyte="iron")],
            "line 3: the line contradicts line 2",
        ),
        (
            [line(2, name="a"), line(3, unit="ug/L", analyte="iron")],
            "line 3: the line contradicts line 2 for rows that meet the conditions of both",
        ),
        ([line(2, analyte="sodium")], "line 2: 'sodium' is not an analyte"),
        ([line(2, analyte="")], "line 2: analyte is empty"),
        ([line(2, code="")], "line 2: code is empty"),
        ([line(2, default_unit="mmHg")], "line 2: default_unit 'mmHg' is not a unit of ferritin"),
        (
            [line(2, code_system="LOINC", code="718-7")],
            "line 2: the code 718-7 of LOINC stands for hb everywhere",
        ),
        ([line(2), line(3, name="x", analyte="iron")], ""),
        ([line(2, name="a"), line(3, name="b", analyte="iron")], ""),
        ([line(2, name="a"), line(3, name="b", unit="ug/L", analyte="iron")], ""),
        ([line(2), line(3, analyte="iron", accepted=False)], ""),
        ([line(2), line(3, code="fer", analyte="iron")], ""),
        ([line(2, code_system=""), line(3, code_system="LAB", analyte="iron")], ""),
        ([line(2, accepted=False, analyte="")], ""),
        ([line(2, code_system="LOINC", code="99999-9")], ""),
    ],
)
def test_lines_that_are_wrong_or_contradict_each_other_are_reported(lines: list[MapLine], found: str) -> None:
    sentences = "; ".join(f"line {one.line}: {sentence}" for one, sentence in problems(lines))
    assert sentences.startswith(found) if found else not sentences


def test_ignored_rows_are_counted_by_specimen_name_unit_and_site(
    normalize: Normalize,
) -> None:
    row = {"code_system": "LAB", "code": "X", "value": "7"}
    done = normalize(row, row, {**row, "site": "A"}, {**row, "specimen": "urine"}, {**row, "unit": "g"})
    found = summarized(done.unmapped)
    assert found.height == 4
    assert found["rows"].sum() == 5
