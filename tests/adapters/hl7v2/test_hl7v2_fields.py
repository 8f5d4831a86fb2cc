"""What each field of a result says."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from schemas.extract import EXTRACT_TABLES
from tests.adapters.hl7v2.messages import MSH, OBR, PID, obx

Read = Callable[..., pl.DataFrame]


def test_every_field_has_its_column(labs: Read) -> None:
    rows = labs(
        MSH,
        PID,
        OBR,
        "NTE|1||hemolyzed~slightly",
        obx(flag="L~A", rest="|||20240305080000|||AUTO^automated||20240305090000||||Central Lab^L"),
        "NTE|1||repeated",
        "NTE|2||checked",
        "SPM|1|PS1&X^FS1&LIS||BLD^Blood|||||||||||||20240305073100",
    )
    assert set(rows.columns) == {*EXTRACT_TABLES["lab_results"].column_names, "source_file", "source_line"}
    assert rows.drop("source_line").dtypes == [pl.String] * (rows.width - 1)
    assert rows.row(0, named=True) == {
        "patient_id": "P1",
        "collected_at": "2024-03-05 07:30:00",
        "code": "718-7",
        "value": "13.5",
        "code_system": "LOINC",
        "specimen_id": "FS1",
        "resulted_at": "2024-03-05 09:30:00",
        "name": "Hemoglobin",
        "specimen": "Blood",
        "unit": "g/dL",
        "reference_low": "12",
        "reference_high": "16",
        "abnormal_flag": "L A",
        "status": "final",
        "site": "Central Lab",
        "method": "automated",
        "comment": "repeated checked hemolyzed slightly",
        "result_id": "F1",
        "source_file": "a.hl7",
        "source_line": 5,
    }


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("NM", " 13.50 ", "13.50"),
        ("NM", "", None),
        ("NM", '""', None),
        ("SN", ">^100", ">100"),
        ("SN", "<=^5.0", "<=5.0"),
        ("SN", "^7", "7"),
        ("SN", "=^7", "7"),
        ("SN", "^1^:^256", "1:256"),
        ("ST", "&lt;5", "&lt;5"),
        ("ST", "HEMOLYZED", "HEMOLYZED"),
        ("TX", "many~spherocytes", "many spherocytes"),
        ("FT", r"a\.br\b", "a\nb"),
        ("ST", r"5\F\6\S\7\T\8\R\9\E\0", r"5|6^7&8~9\0"),
        ("ST", r"\X3C\5", "<5"),
        ("ST", r"\XC3A9\ \Xzz\ \Z1\ \H\x\N\ back\slash", r"é \Xzz\ \Z1\  x  back\slash"),
        ("CE", "260373001^Present^SCT", "Present"),
        ("CWE", "260415000^^SCT^^^^^^None seen", "None seen"),
        ("CWE", "260415000^^SCT^2^Absent^L^^^None seen", "None seen"),
        ("CWE", "260415000^^SCT^2^Absent^L", "Absent"),
        ("CWE", "POS", "POS"),
        ("ED", "^application^pdf^Base64^JVBERi0x", None),
    ],
)
def test_values_of_every_type(labs: Read, kind: str, field: str, value: str | None) -> None:
    assert labs(MSH, PID, OBR, obx(field, kind))["value"].to_list() == [value]


@pytest.mark.parametrize(
    ("test", "system", "code", "name"),
    [
        ("718-7^Hb^LN", "LOINC", "718-7", "Hb"),
        ("005041^Hemoglobin^L^718-7^Hb^LN", "LOINC", "718-7", "Hemoglobin"),
        ("301.07^Hemoglobin^0065^718-7^Hb^pCLOCD", "LOINC", "718-7", "Hemoglobin"),
        ("718-7^Hb^LN^005041^Hemoglobin^L", "LOINC", "718-7", "Hb"),
        ("55231-5^Panel^LN^718-7^Hb^LN", "LOINC", "718-7", "Panel"),
        ("HB^Hb^L^X^Y^L^^^orig^718-7^Hb^2.16.840.1.113883.6.1", "LOINC", "718-7", "Hb"),
        ("55231-5^Panel^LN", "LOINC", "55231-5", "Panel"),
        ("HB^Hb^99LAB^X^Y^L", "99LAB", "HB", "Hb"),
        ("HB", None, "HB", None),
        ("^Hemoglobin", None, "Hemoglobin", "Hemoglobin"),
        (r"A\T\B^Hb^L", "L", "A&B", "Hb"),
        ("", None, None, None),
    ],
)
def test_of_several_codes_the_one_that_names_an_analyte(
    labs: Read, test: str, system: str | None, code: str | None, name: str | None
) -> None:
    row = labs(MSH, PID, OBR, obx(test=test)).row(0, named=True)
    assert (row["code_system"], row["code"], row["name"]) == (system, code, name)


@pytest.mark.parametrize(
    ("unit", "read"),
    [
        ("10*3/uL^^ISO+", "10*3/uL"),
        ("{cells}/uL^cells per microliter^UCUM", "{cells}/uL"),
        ("X10(3)/uL", "X10(3)/uL"),
        (r"10\S\9/L", "10^9/L"),
        ("^grams per deciliter", "grams per deciliter"),
        ("^^^10*3/uL^thousand per microliter^UCUM", "10*3/uL"),
        ("^grams per liter^L^g/L^^UCUM", "grams per liter"),
        ("x10^3/uL", "x10^3/uL"),  # a mark that nobody escaped
        ("10^9/L^^L", "10^9/L"),
        ("10^3/mm^3^thousand per cubic millimeter", "10^3/mm^3"),
        ("um^3", "um^3"),
        ("mm/h^1 h", "mm/h"),
        ("", None),
    ],
)
def test_units(labs: Read, unit: str, read: str | None) -> None:
    assert labs(MSH, PID, OBR, obx(unit=unit))["unit"].to_list() == [read]


@pytest.mark.parametrize(
    ("limits", "low", "high"),
    [
        ("12-16", "12", "16"),
        ("4.3 to 6.2", "4.3", "6.2"),
        ("0.0 - 0.45", "0.0", "0.45"),
        ("-2 - 3", "-2", "3"),
        ("<5", None, "5"),
        (">= 60", "60", None),
        ("4.50&5.90", "4.50", "5.90"),
        ("12.0^16.0", "12.0", "16.0"),
        ("Recommended: <200; High: >240", None, None),
        ("", None, None),
    ],
)
def test_reference_limits(labs: Read, limits: str, low: str | None, high: str | None) -> None:
    assert labs(MSH, PID, OBR, obx(limits=limits)).select("reference_low", "reference_high").row(0) == (
        low,
        high,
    )


@pytest.mark.parametrize(
    ("letter", "status"),
    [
        ("F", "final"),
        ("P", "preliminary"),
        ("R", "preliminary"),
        ("C", "corrected"),
        ("X", "cancelled"),
        ("D", "entered-in-error"),
        ("W", "entered-in-error"),
        ("V", "final"),
        ("B", "final"),
        ("S", "preliminary"),
        ("I", "preliminary"),
        ("O", "preliminary"),
        ("N", "cancelled"),
        ("c ", "corrected"),  # some systems pad
        (" ", "final"),
        ("U", "final"),
        ("Q", "Q"),
        ("", "final"),  # OBR-25
    ],
)
def test_states(labs: Read, letter: str, status: str) -> None:
    assert labs(MSH, PID, OBR, obx(status=letter))["status"].to_list() == [status]


@pytest.mark.parametrize(
    ("order", "status"),
    [("A ", "preliminary"), ("N", "preliminary"), ("C", "corrected"), ("X", "cancelled"), ("", None)],
)
def test_the_state_of_an_order_stands_in_for_that_of_a_result(labs: Read, order: str, status: str) -> None:
    """Some results of an order (A) are there: no correction, which would outdo the final one."""
    rows = labs(MSH, PID, OBR.removesuffix("F") + order, obx(status=""), obx(status="A"), obx(status="N"))
    assert rows["status"].to_list() == [status, "corrected", "cancelled"]


@pytest.mark.parametrize(
    ("flag", "value", "read"),
    [
        ("<", "5", "<5"),
        (">", "1500.0", ">1500.0"),
        ("L~<", "5", "<5"),
        ("<^Off scale low^HL70078", "5", "<5"),
        ("LL", "5", "5"),
        ("<>", "5", "5"),
        ("<", "<5", "<5"),
        (">", "", None),
        (">", "HEMOLYZED", "HEMOLYZED"),
    ],
)
def test_a_number_off_the_scale_of_the_instrument_is_a_limit(
    labs: Read, flag: str, value: str, read: str | None
) -> None:
    assert labs(MSH, PID, OBR, obx(value, flag=flag))["value"].to_list() == [read]


@pytest.mark.parametrize("letter", ["U", "A"])
def test_final_by_word_alone_does_not_push_the_value_aside(labs: Read, letter: str) -> None:
    assert labs(MSH, PID, OBR, obx("", status=letter))["status"].to_list() == ["preliminary"]


@pytest.mark.parametrize(
    ("field", "time"),
    [
        ("20240305073000", "2024-03-05 07:30:00"),
        ("20240305073000.1234-0500", "2024-03-05 07:30:00-0500"),
        ("202403050730+0100", "2024-03-05 07:30:00+0100"),
        ("2024030507", "2024-03-05 07:00:00"),
        ("20240305", "2024-03-05"),
        ("20240305-0500", "2024-03-05"),
        ("202403", "202403"),
        ("soon", "soon"),
    ],
)
def test_times(labs: Read, field: str, time: str) -> None:
    assert labs(MSH, PID, OBR.replace("20240305073000", field), obx())["collected_at"].to_list() == [time]


def test_the_zone_of_the_sender_is_that_of_times_without_one(labs: Read) -> None:
    rows = labs(MSH.replace("20240305100000", "20240305100000-0500"), PID, OBR, obx())
    assert rows["collected_at"].to_list() == ["2024-03-05 07:30:00-0500"]
    own = OBR.replace("20240305073000", "202403050730+0100")
    rows = labs(MSH.replace("20240305100000", "20240305100000-0500"), PID, own, obx())
    assert rows["collected_at"].to_list() == ["2024-03-05 07:30:00+0100"]


@pytest.mark.parametrize(
    ("segments", "time"),
    [
        (["OBR|1|PL1|F1", obx(), "SPM|1|^S|||||||||||||||20240305071500"], "2024-03-05 07:15:00"),
        (["OBR|1|PL1|F1", obx(rest="|||20240305072000")], "2024-03-05 07:20:00"),
        ([obx(rest="|||20240305072000")], "2024-03-05 07:20:00"),
        (["OBR|1|PL1|F1", obx()], None),
    ],
)
def test_other_places_of_the_time_of_collection(labs: Read, segments: list[str], time: str | None) -> None:
    assert labs(MSH, PID, *segments)["collected_at"].to_list() == [time]


def test_fields_behind_the_laboratory_s_name_are_passed_over(labs: Read) -> None:
    """OBX-24 and OBX-25 (address and medical director) are what American laboratories send with each result."""
    long = obx(
        rest="|||20240305080000|||||20240305090000||||Central Lab|1 Main St^^Town|1^Welby^Marcus||||x|y|z"
    )
    rows = labs(MSH, PID, OBR, obx("4.4", test="789-8^RBC^LN", unit="10*6/uL"), long)
    assert rows["value"].to_list() == ["4.4", "13.5"]
    assert rows["site"].to_list() == ["NORTH", "Central Lab"]
