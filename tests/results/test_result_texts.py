"""Result texts as laboratories print them, and a very dirty blood count: nothing implausible has a value, all say why."""

from __future__ import annotations

from collections.abc import Callable
from math import copysign, inf, nextafter

import polars as pl
import pytest

from transforms.codes import PAIR_SCHEMA, describe_pair
from transforms.conversion import to_intervals
from transforms.results import Normalized

One = Callable[..., dict[str, object]]

PRINTED = [
    # the unit again, a flag, a range, a remark
    ("hb", "13.5 g/dL", "g/dL", 135, ""),
    ("hb", "13.5g/dL H", "gm%", 135, ""),
    ("hb", "13.5 g/dL", None, 135, ""),
    ("hb", "135 g/L", None, 135, ""),
    ("hb", "7.45 mmol/L", None, 120, ""),
    ("hb", "13.5 (12.0-16.0)", "g/dL", 135, ""),
    ("hb", "13.5 H [12.0 - 16.0 g/dL]", "g/dL", 135, ""),
    ("hb", "13.5 12.0-16.0", "g/dL", 135, ""),
    ("hb", "13.5 ref: 12-16", "g/dL", 135, ""),
    ("hb", "8.1 (verified by repeat)", "g/dL", 81, ""),
    ("hb", "8.1, repeated", "g/dL", 81, ""),
    ("plt", "250’000", "/uL", 250, "THOUSANDS_COMMA"),
    ("hb", "8.1 LOW", "g/dL", 81, ""),
    ("hb", "Result: 8.1", "g/dL", 81, ""),
    ("ferritin", "12 ng/mL (13-150 ng/mL)", "ug/L", 12, ""),
    ("hct", "41 %", "%", 41, ""),
    ("hb", "13.5 ↑", "g/dL", 135, ""),
    ("hb", "L 9.8", "g/dL", 98, ""),
    ("hb", "*9.8", "g/dL", 98, ""),
    ("hb", "(L) 9.8 g/dL", "g/dL", 98, ""),
    ("hb", "13.5 N", "g/dL", 135, ""),
    ("hb", "13.5 (N: 12-16)", "g/dL", 135, ""),
    ("hb", "7.1 CRIT", "g/dL", 71, ""),
    ("hb", '="13.5"', "g/dL", 135, ""),
    # apostrophes, widths and spaces
    ("hb", "'13.5", "g/dL", 135, ""),
    ("hb", "“13.5”", "g/dL", 135, ""),
    ("hb", "１３．５", "g/dL", 135, ""),
    ("hb", "\u00a013.5\u202f", "g/dL", 135, ""),
    ("hb", "\u200b13.5", "g/dL", 135, ""),
    ("hb", "13.5.", "g/dL", 135, ""),
    ("hb", "+13.5", "g/dL", 135, ""),
    ("hb", "+13,5", "g/dL", 135, "DECIMAL_COMMA"),
    ("plt", "+ 250.0", "10*9/L", 250, ""),
    # exponents and powers of ten
    ("ferritin", "1.2E+3", "ng/mL", 1200, ""),
    ("ferritin", "1,2e3", "ng/mL", 1200, "DECIMAL_COMMA"),
    ("ferritin", "1.2 x10^3", "ng/mL", 1200, ""),
    ("plt", "250 x10^3/uL", "K/uL", 250, ""),
    ("plt", "250 x10^9/L", "K/uL", 250, ""),
    ("plt", "250 x10(3)/mcL", None, 250, ""),
    ("plt", "250K", "10*9/L", 250, ""),
    ("wbc", "7.2x10³/µL", "/uL", 7.2, ""),
    ("rbc", "4.5x10^6", "10*12/L", 4.5, ""),
    # separators between thousands
    ("plt", "250 000", "/uL", 250, "THOUSANDS_COMMA"),
    ("plt", "250\u202f000", "/mm3", 250, "THOUSANDS_COMMA"),
    ("plt", "250'000", "/uL", 250, "THOUSANDS_COMMA"),
    ("rbc", "4.500.000", "/uL", 4.5, "THOUSANDS_COMMA"),
    ("plt", "58.000 x10^3", "/uL", 58, ""),
    ("plt", "58.000", "10*9/L", 58, ""),
    # marrow findings in words
    ("marrow_iron_grade", "No stainable iron seen", None, 0, ""),
    ("marrow_iron_grade", "Storage iron: absent.", None, 0, ""),
    ("marrow_iron_grade", "iron stores adequate", None, 3, ""),
    ("marrow_iron_grade", "Grade 2/6", None, 2, ""),
    ("marrow_iron_grade", "trace iron", None, 1, "MARROW_IRON_TRACE"),
    ("ring_sideroblasts", "none seen", None, 0, "RS_TEXT"),
    ("ring_sideroblasts", "18 % of erythroblasts", None, 18, ""),
    ("marrow_iron_grade", "negative", None, 0, ""),
    ("marrow_iron_grade", "iron stores markedly reduced", None, 1, "MARROW_IRON_TRACE"),
    ("ring_sideroblasts", "No ringed sideroblasts", None, 0, "RS_TEXT"),
    ("marrow_infiltration", "Lymphoma", None, 1, ""),
    ("marrow_infiltration", "Acute leukemia", None, 1, ""),
    ("plt_clumps", "no clumps seen", None, 0, ""),
    ("plt_clumps", "few platelet clumps", None, 1, ""),
    ("plt_clumps", "Platelet clumping noted", None, 1, ""),
    ("plt_clumps", "++", None, 1, ""),
    ("smear_leb", "Leuko-erythroblastic blood film", None, 1, ""),
    ("sf3b1", "no mutation detected", None, 0, ""),
]


@pytest.mark.parametrize(("analyte", "text", "unit", "value", "flags"), PRINTED)
def test_printed_text_is_read(
    one: One, analyte: str, text: str, unit: str | None, value: float, flags: str
) -> None:
    found = one(analyte, text, unit)
    assert found.get("value") == pytest.approx(value, abs=1e-9), found
    assert found["flags"] == flags.split()


BOUNDS = [
    ("egfr", "> 60 mL/min/1.73 m2", "mL/min/1.73m2", nextafter(60, inf), inf),
    ("egfr", "> = 60", "mL/min/1.73m2", 60, inf),
    ("egfr", ">/= 60", "mL/min/1.73m2", 60, inf),
    ("egfr", "> OR = 60", "mL/min/1.73m2", 60, inf),
    ("crp", "<  5.0 mg/L", "mg/L", 0, nextafter(5, 0)),
    ("crp", "＜５", "mg/L", 0, nextafter(5, 0)),
    ("crp", "&lt;5", "mg/L", 0, nextafter(5, 0)),
    ("ferritin", "5 ng/mL or less", "ng/mL", 0, 5),
    ("ferritin", "GT 1500", "ng/mL", nextafter(1500, inf), inf),
    ("ferritin", "> than 1500", "ng/mL", nextafter(1500, inf), inf),
    ("ferritin", "LT5", "ng/mL", 0, nextafter(5, 0)),
    ("ferritin", "Less than: 5", "ng/mL", 0, nextafter(5, 0)),
    ("crp", "up to 5", "mg/L", 0, 5),
    ("egfr", "greater than or = 60", "mL/min/1.73m2", 60, inf),
    ("marrow_iron_grade", "markedly increased", None, 4, inf),
]


@pytest.mark.parametrize(("analyte", "text", "unit", "low", "high"), BOUNDS)
def test_printed_bound_is_an_interval(
    one: One, analyte: str, text: str, unit: str | None, low: float, high: float
) -> None:
    found = one(analyte, text, unit)
    assert (found["value"], found["value_low"], found["value_high"]) == (None, low, high)


REJECTED = [
    # what stands behind the number may take it back
    ("hb", "8.1 HEMOLYZED", "g/dL", "REJECT_TEXT"),
    ("hb", "8.1 see note", "g/dL", "REJECT_TEXT"),
    ("hb", "8.1 called to the ward", "g/dL", "REJECT_TEXT"),
    ("hb", "13.5¹", "g/dL", "REJECT_TEXT"),
    ("hb", "12.0-16.0", "g/dL", "REJECT_TEXT"),
    ("hb", "120/80", "g/dL", "REJECT_TEXT"),
    ("hb", "+13", "g/dL", "REJECT_TEXT"),
    ("tsat", "45 1", "%", "REJECT_TEXT"),
    ("ferritin", "\u200b", "ug/L", "MISSING_VALUE"),
    ("marrow_iron_grade", "3+", None, "REJECT_TEXT"),
    ("marrow_iron_grade", "2/4", None, "REJECT_TEXT"),
    ("marrow_iron_grade", "present", None, "REJECT_TEXT"),
    ("marrow_infiltration", "myeloma", None, "REJECT_TEXT"),
    # two units in one row, or a unit that is no unit of the analyte
    ("hb", "13.5 g/dL", "g/L", "UNIT_CONFLICT"),
    ("hb", "13.5 stone", "g/dL", "REJECT_TEXT"),
    ("plt", "0.25 x10^6", "10*9/L", "UNIT_CONFLICT"),
    ("plt", "250 x10^9/L", "/uL", "UNIT_CONFLICT"),
    ("hb", "13.5 g/dL", "stone", "UNIT_UNKNOWN"),
    # fifty-eight cells or fifty-eight thousand
    ("plt", "58.000", "/uL", "COMMA_AMBIGUOUS"),
    ("ferritin", "1 234", "ug/L", "COMMA_AMBIGUOUS"),
    ("ferritin", "1.234.567", "ug/L", "COMMA_AMBIGUOUS"),
    # a very dirty blood count
    ("hb", "-10", "g/dL", "IMPLAUSIBLE"),
    ("hb", "−10", "g/dL", "IMPLAUSIBLE"),
    ("hb", "0", "g/dL", "IMPLAUSIBLE"),
    ("hb", "999", "g/L", "IMPLAUSIBLE"),
    ("mcv", "990", "fL", "IMPLAUSIBLE"),
    ("mcv", "0", "fL", "IMPLAUSIBLE"),
    ("rbc", "45", "10*12/L", "IMPLAUSIBLE"),
    ("hct", "410", "%", "IMPLAUSIBLE"),
    ("mch", "300", "pg", "IMPLAUSIBLE"),
    ("mchc", "3300", "g/L", "IMPLAUSIBLE"),
    ("rdw", "-1", "%", "IMPLAUSIBLE"),
    ("wbc", "-0.1", "10*9/L", "IMPLAUSIBLE"),
    ("wbc", "9999999", "10*9/L", "IMPLAUSIBLE"),
    ("alc", "9999999", "10*9/L", "IMPLAUSIBLE"),
    ("mono", "2000000", "10*9/L", "IMPLAUSIBLE"),
    ("neut_pct", "140", "%", "IMPLAUSIBLE"),
    ("plt", "-99", "10*9/L", "IMPLAUSIBLE"),
    ("plt", "99999999", "10*9/L", "IMPLAUSIBLE"),
    ("plt", "1e400", "10*9/L", "IMPLAUSIBLE"),
    ("uibc", "9999", "umol/L", "IMPLAUSIBLE"),
    ("hb", "NaN", "g/dL", "REJECT_TEXT"),
    ("hb", "#VALUE!", "g/dL", "REJECT_TEXT"),
    ("hb", "NULL", "g/dL", "REJECT_TEXT"),
    ("hb", "?", "g/dL", "REJECT_TEXT"),
    ("hb", "13,", "g/dL", "REJECT_TEXT"),  # its decimals are lost
    ("hb", "13, 5", "g/dL", "REJECT_TEXT"),
    # where there is no number, no unit is missing
    ("ferritin", "QNS", None, "REJECT_TEXT"),
    ("ferritin", "normal", "", "REJECT_TEXT"),
    ("b12", " ", None, "MISSING_VALUE"),
]


@pytest.mark.parametrize(("analyte", "text", "unit", "reason"), REJECTED)
def test_text_that_is_no_value_says_why(
    one: One, analyte: str, text: str, unit: str | None, reason: str
) -> None:
    assert one(analyte, text, unit) == {"reasons": [reason]}


COMMENTS = [
    ("SEE COMMENT", "8.1 g/dL", 81.0),
    ("see note.", "Result: 8.1", 81.0),
    ("SEE COMMENT", "Value = 8.1 g/dL (12-16)", 81.0),
    ("", "8.1 g/dL", 81.0),
    ("___", "8.1 gm/dl", 81.0),
    # a footnote, a sentence, another unit, or a value that needs no comment
    ("SEE COMMENT", "8.1", None),
    ("SEE COMMENT", "8.1 g/dL, hemolyzed", None),
    ("SEE COMMENT", "specimen clotted", None),
    ("SEE COMMENT", "8.1 g/L", None),
    ("HEMOLYZED", "8.1 g/dL", None),
    ("SEE COMMENT", None, None),
]


@pytest.mark.parametrize(("value", "comment", "canonical"), COMMENTS)
def test_value_in_the_comment_counts_where_the_comment_is_nothing_else(
    normalize: Callable[..., Normalized], value: str, comment: str | None, canonical: float | None
) -> None:
    done = normalize({"code": "hb", "value": value, "unit": "g/dL", "comment": comment})
    assert done.results["value"].to_list() == ([] if canonical is None else [canonical])
    if canonical is not None:
        assert done.results["flags"].to_list() == [["VALUE_FROM_COMMENT"]]
        assert done.results["source_value"].to_list() == [comment]


def test_bound_in_the_comment_counts(normalize: Callable[..., Normalized]) -> None:
    done = normalize({"code": "crp", "value": None, "unit": "mg/L", "comment": "LESS THAN 0.6"})
    assert done.results["value_high"].to_list() == [nextafter(0.6, 0)]


def test_value_of_another_row_is_not_taken_from_a_comment(normalize: Callable[..., Normalized]) -> None:
    done = normalize(
        {"code": "hb", "value": "9.0", "unit": "g/dL", "comment": "8.1 g/dL"},
        {"code": "hb", "value": "see comment", "unit": "g/dL", "comment": "7.0 g/dL", "specimen_id": "S2"},
    )
    assert sorted(done.results["value"].to_list()) == [70.0, 90.0]


@pytest.mark.parametrize("text", ["-0", "-0.0", "−0,0"])
def test_zero_has_no_sign(text: str) -> None:
    """As analyzers print it; the sign of a zero would show in files and digests."""
    pair = pl.Series([0])
    pairs = pl.DataFrame([describe_pair("hemacohort", "nrbc", "/100 WBC")], schema=PAIR_SCHEMA)
    found = to_intervals(pairs, pair, pl.Series([text]))
    assert [copysign(1.0, found[name].item()) for name in ("low", "high")] == [1.0, 1.0]
