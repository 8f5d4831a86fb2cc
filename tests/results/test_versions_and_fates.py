"""Duplicates, corrections, withdrawals, and one fate for every row."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import polars as pl
import pytest

from schemas.tables import FATES
from transforms.results import Normalized

Normalize = Callable[..., Normalized]
HB = {"code": "hb", "unit": "g/dL"}


def in_force(done: Normalized) -> list[float]:
    """Values in force, smallest first."""
    return sorted(done.results.filter(pl.col("superseded_at").is_null())["value_low"].to_list())


def fates(done: Normalized) -> dict[str, int]:
    """Rows by fate."""
    return dict(done.fates.group_by("fate").agg(pl.col("rows").sum()).iter_rows())


def any_order(normalize: Normalize, *rows: dict[str, str | None]) -> Normalized:
    """The outcome of rows, after checking that their order does not matter."""
    outcomes = [normalize(*order) for order in itertools.permutations(rows)]
    assert len({(tuple(in_force(done)), tuple(sorted(fates(done).items()))) for done in outcomes}) == 1
    return outcomes[0]


def test_exact_copy_is_a_duplicate_and_the_first_line_is_kept(normalize: Normalize) -> None:
    done = normalize({**HB, "value": "9"}, {**HB, "value": "9"}, {**HB, "value": "9"})
    assert fates(done) == {"accepted": 1, "duplicate": 2}
    assert done.results["source_line"].to_list() == [2]


def test_copy_of_a_bad_row_is_a_duplicate_too(normalize: Normalize) -> None:
    bad = {**HB, "value": "CLOTTED"}
    assert fates(normalize(bad, bad)) == {"quarantined": 1, "duplicate": 1}


def test_same_value_sent_again_under_another_number_is_a_duplicate(normalize: Normalize) -> None:
    done = any_order(
        normalize, {**HB, "value": "9", "result_id": "1"}, {**HB, "value": "9.0", "result_id": "2"}
    )
    assert fates(done) == {"accepted": 1, "duplicate": 1}


@pytest.mark.parametrize("better", ["final", "corrected", "", None, "FINAL", "amended"])
def test_final_and_corrected_beat_preliminary(normalize: Normalize, better: str | None) -> None:
    done = any_order(
        normalize, {**HB, "value": "8", "status": "preliminary"}, {**HB, "value": "9", "status": better}
    )
    assert in_force(done) == [90]
    assert fates(done) == {"accepted": 1, "superseded": 1}
    assert done.results.filter(pl.col("superseded_at").is_not_null())["value"].to_list() == [80]


def test_correction_beats_a_final_result_reported_later(normalize: Normalize) -> None:
    done = any_order(
        normalize,
        {**HB, "value": "8", "status": "final", "resulted_at": "2026-01-02 12:00"},
        {**HB, "value": "9", "status": "corrected", "resulted_at": "2026-01-02 11:00"},
    )
    assert in_force(done) == [90]


def test_correction_whose_value_cannot_be_used_still_replaces(normalize: Normalize) -> None:
    done = any_order(normalize, {**HB, "value": "8"}, {**HB, "value": "CLOTTED", "status": "corrected"})
    assert in_force(done) == []
    assert fates(done) == {"superseded": 1, "quarantined": 1}
    assert done.reported["reason"].to_list() == ["REJECT_TEXT"]


def test_correction_is_found_by_result_id_though_its_time_changed(normalize: Normalize) -> None:
    done = any_order(
        normalize,
        {**HB, "value": "8", "result_id": "R"},
        {**HB, "value": "9", "result_id": "R", "status": "corrected", "collected_at": "2026-01-02 06:30"},
    )
    assert in_force(done) == [90]


def test_later_report_of_the_same_result_replaces(normalize: Normalize) -> None:
    done = any_order(
        normalize,
        {**HB, "value": "8", "resulted_at": "2026-01-02 09:00"},
        {**HB, "value": "9", "resulted_at": "2026-01-02 10:00"},
    )
    assert in_force(done) == [90]
    assert fates(done) == {"accepted": 1, "superseded": 1}


def test_later_report_without_a_usable_value_does_not_replace(normalize: Normalize) -> None:
    done = any_order(
        normalize,
        {**HB, "value": "8", "resulted_at": "2026-01-02 09:00"},
        {**HB, "value": "SEE COMMENT", "resulted_at": "2026-01-02 10:00"},
    )
    assert in_force(done) == [80]


def test_equally_final_results_that_differ_are_both_kept_and_flagged(normalize: Normalize) -> None:
    done = any_order(normalize, {**HB, "value": "8"}, {**HB, "value": "9"})
    assert in_force(done) == [80, 90]
    assert done.results["flags"].to_list() == [["DUPLICATE_CONFLICT"], ["DUPLICATE_CONFLICT"]]


def test_counts_by_two_methods_are_no_conflict(normalize: Normalize) -> None:
    percent = {"code": "neut_pct", "unit": "%"}
    done = any_order(
        normalize,
        {**percent, "value": "50", "method": "automated", "resulted_at": "2026-01-02 09:00"},
        {**percent, "value": "55", "method": "manual", "resulted_at": "2026-01-02 10:00"},
    )
    assert in_force(done) == [50, 55]
    assert done.results["flags"].to_list() == [[], []]


def test_two_codes_of_one_analyte_are_not_versions_of_each_other(normalize: Normalize) -> None:
    loinc = {"code_system": "LOINC", "unit": "%"}
    done = any_order(
        normalize, {**loinc, "code": "26498-6", "value": "1"}, {**loinc, "code": "28541-1", "value": "2"}
    )
    assert in_force(done) == [1, 2]


@pytest.mark.parametrize(
    ("word", "reason"), [("cancelled", "STATUS_CANCELLED"), ("entered-in-error", "STATUS_ENTERED_IN_ERROR")]
)
def test_withdrawal_takes_back_the_result_and_makes_no_draw(
    normalize: Normalize, word: str, reason: str
) -> None:
    done = any_order(normalize, {**HB, "value": "8"}, {**HB, "value": "8", "status": word})
    assert in_force(done) == []
    assert fates(done) == {"superseded": 1, "quarantined": 1}
    assert done.quarantine["reasons"].item().to_list() == [reason]
    assert done.reported.is_empty()


def test_result_reported_after_the_withdrawal_stands(normalize: Normalize) -> None:
    done = any_order(
        normalize,
        {**HB, "value": "8", "resulted_at": "2026-01-02 08:00"},
        {**HB, "value": "", "status": "cancelled", "resulted_at": "2026-01-02 09:00"},
        {**HB, "value": "9", "resulted_at": "2026-01-02 10:00"},
    )
    assert in_force(done) == [90]


def test_preliminary_result_alone_is_used_and_flagged(normalize: Normalize) -> None:
    done = normalize({**HB, "value": "8", "status": "preliminary"})
    assert done.results["flags"].to_list() == [["PRELIMINARY"]]
    assert done.flags["flag"].to_list() == ["PRELIMINARY"]


def test_every_row_has_exactly_one_fate(normalize: Normalize) -> None:
    done = normalize(
        {**HB, "value": "8"},
        {**HB, "value": "8"},
        {**HB, "value": "7", "status": "preliminary"},
        {**HB, "value": "9", "collected_at": "yesterday"},
        {**HB, "value": "9", "collected_at": " "},
        {**HB, "value": "9", "status": "maybe", "specimen_id": "S2"},
        {"code": " ", "value": "1"},
        {"code": "GLU", "code_system": "local", "value": "5", "unit": "mmol/L", "name": "glucose"},
        {"code": "718-7", "code_system": None, "value": "5", "unit": "g/dL"},
    )
    assert fates(done) == {"accepted": 1, "duplicate": 1, "superseded": 1, "quarantined": 4, "ignored": 2}
    assert set(fates(done)) <= set(FATES)
    assert sorted(done.quarantine["reasons"].list.join(",").to_list()) == [
        "BAD_COLLECTED_AT",
        "CODE_MISSING",
        "COLLECTED_AT_MISSING",
        "UNKNOWN_STATUS",
    ]
    assert done.unmapped.filter(pl.col("code") == "GLU").select("code_system", "name", "unit", "rows").row(
        0
    ) == (
        "local",
        "glucose",
        "mmol/L",
        1,
    )


def test_rejected_blood_count_is_still_reported_and_keeps_what_was_received(normalize: Normalize) -> None:
    done = normalize({**HB, "value": "12", "unit": "stone"}, {"code": "crp", "value": "QNS", "unit": "mg/L"})
    assert done.reported.select("analyte", "reason", "is_blood_count").rows() == [
        ("hb", "UNIT_UNKNOWN", True),
        ("crp", "REJECT_TEXT", False),
    ]
    assert done.quarantine.select("value", "unit", "source_line").rows() == [
        ("12", "stone", 2),
        ("QNS", "mg/L", 3),
    ]
    assert done.flags.select("flag", "detail").rows() == [("UNIT_UNKNOWN", "stone"), ("REJECT_TEXT", None)]


def test_time_with_a_zone_is_brought_to_the_home(normalize: Normalize) -> None:
    done = normalize(
        {**HB, "value": "8", "collected_at": "2026-07-01T22:30:00Z"},
        {**HB, "value": "9", "collected_at": "2026-07-01 22:30", "resulted_at": "soon"},
    )
    assert [str(at) for at in done.results["collected_at"]] == ["2026-07-02 00:30:00", "2026-07-01 22:30:00"]
    assert done.results["flags"].to_list() == [[], ["BAD_RESULTED_AT"]]


DAY = {"collected_at": "2026-01-02 15:00:00", "specimen_id": "S9"}
RED = (
    {"code": "rbc", "value": "4.0", "unit": "T/L", **DAY},
    {"code": "mch", "value": "30", "unit": "pg", **DAY},
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("12", 120.0), ("7.45", 120.0), ("13.2", 132.0), ("13.3", None), ("9.5", None), ("27", None)],
)
def test_hemoglobin_without_a_unit_is_settled_by_red_cells_of_the_day(
    normalize: Normalize, value: str, expected: float | None
) -> None:
    done = normalize({"code": "hb", "value": value, "unit": None}, *RED)
    hemoglobin = done.results.filter(pl.col("analyte") == "hb")
    assert hemoglobin["value"].to_list() == ([] if expected is None else [expected])
    assert hemoglobin["flags"].to_list() == ([] if expected is None else [["HB_UNIT_INFERRED"]])


@pytest.mark.parametrize(
    ("value", "rbc", "expected"),
    [
        ("3.4", "1.8", 54.8),  # monomers
        ("4", "2.2", 64.5),
        ("2.2", "4.6", 141.9),  # tetramers
        ("1", "2.2", 64.5),
        ("3.0", "1.8", None),  # 48.3 g/L is more than 10 % off
        ("2.0", "1.8", None),
    ],
)
def test_one_to_four_mmol_are_settled_by_red_cells_of_the_day(
    normalize: Normalize, value: str, rbc: str, expected: float | None
) -> None:
    """Monomers of a severe anemia, or tetramers of a usual count."""
    done = normalize({"code": "hb", "value": value, "unit": "mmol/L"}, {**RED[0], "value": rbc}, RED[1])
    hemoglobin = done.results.filter(pl.col("analyte") == "hb")
    assert hemoglobin["value"].to_list() == ([] if expected is None else [expected])
    assert hemoglobin["flags"].to_list() == ([] if expected is None else [["HB_UNIT_INFERRED"]])


def test_one_to_four_mmol_alone_are_not_settled(normalize: Normalize) -> None:
    done = normalize({"code": "hb", "value": "3.4", "unit": "mmol/L"})
    assert done.quarantine["reasons"].item().to_list() == ["HB_UNIT_AMBIGUOUS"]


def test_hemoglobin_without_a_unit_is_not_settled_by_another_day(normalize: Normalize) -> None:
    other = [{**row, "collected_at": "2026-01-03 15:00:00"} for row in RED]
    done = normalize({"code": "hb", "value": "12", "unit": None}, *other)
    assert done.quarantine["reasons"].item().to_list() == ["HB_UNIT_AMBIGUOUS"]


@pytest.mark.parametrize(
    ("others", "believed"),
    [
        ([{"code": "hb", "value": "7.9", "unit": "g/dL"}], True),
        ([{"code": "hb", "value": "8.0", "unit": "g/dL"}], False),
        ([{"code": "retic_abs", "value": "2", "unit": "10*9/L"}, {**RED[0]}], True),
        ([{"code": "retic_abs", "value": "60", "unit": "10*9/L"}, {**RED[0]}], False),
    ],
)
def test_tiny_reticulocyte_percentage_needs_support(
    normalize: Normalize, others: list[dict[str, str]], believed: bool
) -> None:
    done = normalize({"code": "retic_pct", "value": "0.05", "unit": "%"}, *others)
    assert ("retic_pct" in done.results["analyte"].to_list()) is believed
