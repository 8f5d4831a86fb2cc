"""Nights on messages: every segment accounted for, and the published blood count."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest

from flows.adapters import hl7v2
from flows.adapters.hl7v2_segments import OBSERVATION_SCHEMA, SCHEMA, TABLES
from flows.adapters.statements import text_connection
from flows.cli import main
from flows.sql import statement
from tests.adapters.hl7v2.messages import MSH, OBR, PID, obx

Read = Callable[..., pl.DataFrame]


def test_a_night_accounts_for_every_segment(folder: Path, tmp_path: Path) -> None:
    day = {"first": OBR, "second": OBR.replace("20240305", "20240306").replace("F1", "F2")}
    lines = [
        MSH, PID, day["first"],
        obx("12.5", unit="g/mL^grams per milliliter^UCUM"), obx("105600", test="26464-8^WBC^LN", unit="{cells}/uL"),
        obx("210000", test="26515-7^PLT^LN", unit="{cells}/uL"), obx("HEMOLYZED", "ST", "4544-3^Hct^LN", "%"),
        obx("many", "TX", "6742-1^morphology^LN", ""), "OBX|9|NM|787",
        MSH, day["second"], obx(),
        MSH, PID, day["second"], obx("120", unit="g/L"),
        MSH, PID, day["second"].replace("093000", "113000"), obx("110", unit="g/L", status="C"),
    ]  # fmt: skip
    (folder / "a.hl7").write_text("\r".join(lines), newline="")
    home = tmp_path / "home"
    flags = [
        "--home",
        str(home),
        "--extract",
        str(folder),
        "--source",
        "hl7v2",
        "--as-of",
        "auto",
        "--direct",
    ]
    with pytest.raises(SystemExit) as ended:
        main(["run", *flags])
    assert ended.value.code == 0
    with duckdb.connect(str(home / "published" / "hemacohort.duckdb"), read_only=True) as night:
        ledger = night.sql(
            "SELECT table_name, rows, accepted, superseded, ignored, quarantined FROM run.input_file ORDER BY ALL"
        ).fetchall()
        aside = night.sql("SELECT source_line, reasons FROM quality.quarantine ORDER BY 1").fetchall()
        used = night.sql(
            "SELECT analyte, value, source_unit FROM lab.result WHERE superseded_at IS NULL ORDER BY 1"
        ).fetchall()
    assert ledger == [("lab_results", 9, 3, 1, 1, 4), ("patients", 1, 1, 0, 0, 0)]
    assert aside == [
        (4, ["UNIT_UNKNOWN"]),
        (7, ["REJECT_TEXT"]),
        (9, ["RAGGED_LINE"]),
        (12, ["PATIENT_ID_MISSING"]),
    ]
    assert used == [("hb", 110.0, "g/L"), ("plt", 210.0, "{cells}/uL"), ("wbc", 105.6, "{cells}/uL")]


# The blood count that HL7's guide for laboratory results is tested with: values and units as it has them, a hemoglobin in
# grams per milliliter among them.
PUBLISHED = (
    ("26453-1", "4.41", "10*6/uL^million per microliter^UCUM"),
    ("718-7", "12.5", "g/mL^grams per milliliter^UCUM"),
    ("20570-8", "41", "%^percent^UCUM"),
    ("26464-8", "105600", "{cells}/uL^cells per microliter^UCUM"),
    ("26515-7", "210000", "{cells}/uL^cells per microliter^UCUM"),
    ("30428-7", "91", "fL^femtoliter^UCUM"),
    ("28539-5", "29", "pg/{cell}^picograms per cell^UCUM"),
    ("28540-3", "32.4", "g/dL^grams per deciliter^UCUM"),
    ("30385-9", "10.5", "%^percent^UCUM"),
    ("26484-6", "3", "10*3/uL^thousand per microliter^UCUM"),
    ("26474-7", "41.2", "10*3/uL^thousand per microliter^UCUM"),
    ("26499-4", "58", "10*3/uL^thousand per microliter^UCUM"),
    ("26511-6", "55", "%^percent^UCUM"),
)


def test_the_published_blood_count_and_its_odd_units(folder: Path, screened: Callable[..., Path]) -> None:
    results = [
        obx(value, test=f"{code}^^LN^^^^^^Some test", unit=unit, limits="1 to 2")
        for code, value, unit in PUBLISHED
    ]
    lines = [MSH, PID, OBR.replace("20240305073000", "20240305073000-0800"), *results]
    (folder / "published.hl7").write_text("".join(f"{line}\r" for line in lines), encoding="utf-8")
    night = screened("hl7v2", folder)
    with duckdb.connect(str(night / "hemacohort.duckdb"), read_only=True) as connection:
        read = connection.execute("SELECT analyte, round(value, 6) FROM lab.result").fetchall()
        aside = connection.execute("SELECT code, value, unit, reasons FROM quality.quarantine").fetchall()
    assert aside == [("718-7", "12.5", "g/mL", ["UNIT_UNKNOWN"])]  # 12.5 g/dL would be a guess
    assert dict(read) == {
        "rbc": 4.41,
        "hct": 41,
        "wbc": 105.6,
        "plt": 210,
        "mcv": 91,
        "mch": 29,
        "mchc": 324,
        "rdw": 10.5,
        "mono": 3,
        "alc": 41.2,
        "anc": 58,
        "neut_pct": 55,
    }


def test_of_a_series_on_one_order_each_draw_stays_and_is_corrected(
    folder: Path, screened: Callable[..., Path]
) -> None:
    """Drawn every four hours under one number: the second is no correction of the first; what is sent later is."""
    second = OBR.replace("20240305073000", "20240305113000").replace("20240305093000", "20240305123000")
    corrected = OBR.replace("20240305093000", "20240305150000")
    lines = [MSH, PID, OBR, obx("7.0"), second, obx("9.0"), MSH, PID, corrected, obx("7.5", status="C")]
    (folder / "series.hl7").write_text("".join(f"{line}\r" for line in lines), encoding="utf-8")
    with duckdb.connect(str(screened("hl7v2", folder) / "hemacohort.duckdb"), read_only=True) as connection:
        read = connection.execute(
            "SELECT value, superseded_at IS NULL FROM lab.result ORDER BY collected_at, value"
        ).fetchall()
    assert read == [(70.0, False), (75.0, True), (90.0, True)]


def test_no_result_is_put_beside_every_meaning(tmp_path: Path) -> None:
    """Without filters pushed down an inner join becomes a product of both tables: hundreds of rows for each result."""
    values = {"target": str(tmp_path / "none.parquet"), "loinc": "718-7"}
    with text_connection(tmp_path, [f"hl7v2/{macro}" for macro in hl7v2.MACROS]) as (connection, _):
        for table in TABLES:
            connection.register(table, SCHEMA.empty_table())
        connection.register("observation", OBSERVATION_SCHEMA.empty_table())
        plan = connection.execute(f"EXPLAIN {statement('hl7v2/lab_results')}", values).fetchall()
    assert "JOIN" in plan[0][1]
    assert "CROSS_PRODUCT" not in plan[0][1]


def test_a_merge_adds_to_those_of_earlier_nights(tmp_path: Path, screened: Callable[..., Path]) -> None:
    """A feed sends each merge once; another one, on another night, undoes none of them."""
    a, b, c, d = (PID.replace("P1", name) for name in "ABCD")
    merge = MSH.replace("ORU^R01^ORU_R01", "ADT^A40")
    nights = {
        "one/a.hl7": [MSH, a, OBR, obx(), MSH, c, OBR.replace("F1", "F2"), obx(), merge, b, "MRG|A^^^H^MR"],
        "two/a.hl7": [MSH, a, OBR.replace("F1", "F3"), obx(), merge, d, "MRG|C^^^H^MR"],
        # into the folder of the first night, whose message is known: the other way round after all
        "one/b.hl7": [MSH, b, OBR.replace("F1", "F4"), obx(), merge, a, "MRG|B^^^H^MR"],
    }
    told = []
    for name, lines in nights.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("".join(f"{line}\r" for line in lines), encoding="utf-8", newline="")
        night = screened("hl7v2", file.parent)
        with duckdb.connect(str(night / "hemacohort.duckdb"), read_only=True) as connection:
            query = "SELECT DISTINCT patient_id, source_patient_id FROM lab.result ORDER BY ALL"
            told.append(connection.sql(query).fetchall())
    assert told == [
        [("B", "A"), ("C", None)],
        [("B", "A"), ("D", "C")],
        [("A", "B"), ("A", None), ("D", "C")],
    ]
