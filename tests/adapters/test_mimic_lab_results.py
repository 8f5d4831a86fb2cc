"""Laboratory rows of MIMIC-IV: codes, result texts, units and lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from flows.errors import ExtractError
from schemas.analytes import analyte_of
from schemas.extract import EXTRACT_TABLES

Labs = Callable[..., pl.DataFrame]
Row = dict[str, str]


def _analytes(rows: pl.DataFrame) -> list[str | None]:
    return [analyte_of(system, code) for system, code in rows.select("code_system", "code").iter_rows()]


@pytest.mark.parametrize(
    ("itemid", "analyte"),
    [
        ("51222", "hb"),
        ("50811", "hb_blood_gas"),
        ("50810", "hct"),
        ("51277", "rdw"),
        ("52172", "rdw_sd"),
        ("51300", "wbc"),
        ("51301", "wbc"),
        ("51283", "retic_pct"),  # "count", but in %
        ("51282", "retic_abs"),
        ("52769", "alc"),
        ("51269", "myelocytes_pct"),
        ("50953", "tibc"),
        ("51643", "hba2"),
        ("51339", "marrow_iron_grade"),
    ],
)
def test_an_item_names_its_analyte(labs: Labs, itemid: str, analyte: str) -> None:
    assert _analytes(labs({"itemid": itemid, "value": "5"})) == [analyte]


@pytest.mark.parametrize(
    "itemid",
    [
        "51218",  # granulocytes are not neutrophils
        "50920",  # an estimate of the GFR that depends on race, in words
        "50855",  # hemoglobin of the HbA1c assay
        "50835",  # albumin in ascites
        "51116",  # lymphocytes in ascites
        "50983",  # sodium
        "52202",  # the analyzer's suspicion of clumps
    ],
)
def test_other_items_keep_their_own_code(labs: Labs, itemid: str) -> None:
    assert labs({"itemid": itemid, "value": "5"}).select("code_system", "code").row(0) == ("MIMIC-IV", itemid)


def test_every_mapped_code_is_one_the_normalizer_knows() -> None:
    text = (Path(__file__).resolve().parents[2] / "sql/mimic_iv/lab_results.sql").read_text(encoding="utf-8")
    codes = pl.Series([text]).str.extract_all(r"\('\d{5}', '[\d-]+'\)").explode()
    loinc = codes.str.extract(r", '([\d-]+)'").to_list()
    items = codes.str.extract(r"'(\d{5})'").to_list()
    assert len(loinc) > 60
    assert [code for code in loinc if analyte_of("LOINC", code) is None] == []
    assert len(set(items)) == len(items)  # an item twice would double its rows


def test_neutrophils_beside_bands_are_the_segmented_ones(labs: Labs) -> None:
    rows = labs(
        {"itemid": "51256", "specimen_id": "1", "value": "60"},
        {"itemid": "51144", "specimen_id": "1", "value": "12"},
        {"itemid": "51144", "specimen_id": "1", "value": "12"},
        {"itemid": "51256", "specimen_id": "2", "value": "72"},
        {"itemid": "51256", "specimen_id": "", "value": "72"},
    )
    assert _analytes(rows) == ["segs_pct", "bands_pct", "bands_pct", "neut_pct", "neut_pct"]


@pytest.mark.parametrize(
    ("value", "valuenum", "unit", "comments", "expected"),
    [
        ("9.8", "9.8", "g/dL", "", "9.8"),
        ("<5", "5", "ng/mL", "", "<5"),  # the text says more than the number
        ("HOLD.  DISCARD GREATER THAN 4 HOURS OLD.", "", "", "", "HOLD.  DISCARD GREATER THAN 4 HOURS OLD."),
        ("", "7.1", "g/dL", "", "7.1"),
        ("0", "0", "%", "", "0"),
        ("___", "7.1", "g/dL", "VERIFIED.", "7.1"),
        ("___", "5.3", "mg/L", "LOW RISK <1.0, HIGH RISK >3.0.", "5.3"),
        ("___", "5", "K/uL", "<5*.", "<5"),
        ("___", "7", "K/uL", "<5*.", "7"),  # they disagree: a comment is not believed over a number
        ("___", "", "%", "___", "___"),
        ("", "", "mg/dL", "<0.2.", "<0.2"),
        ("", "", "mg/dL", "<10*.  Hemolysis affects this test.", "<10"),
        ("", "", "ng/mL", "GREATER THAN 20 NG/ML.", "GREATER THAN 20"),
        ("", "", "pg/mL", ">2000*.", ">2000"),
        ("", "", "%", "ND .  Not Done, WBC <=0.1.", "ND .  Not Done, WBC <=0.1."),
        ("", "", "fL", "UNABLE TO REPORT.", "UNABLE TO REPORT."),
        ("", "", "g/dL", "", None),
    ],
)
def test_the_result_text(
    labs: Labs, value: str, valuenum: str, unit: str, comments: str, expected: str | None
) -> None:
    row = {"value": value, "valuenum": valuenum, "valueuom": unit, "comments": comments}
    got = labs(row)
    assert got["value"].to_list() == [expected]
    assert got["unit"].to_list() == [unit or None]  # never guessed
    assert got["comment"].to_list() == [comments or None]


@pytest.mark.parametrize(
    ("comments", "analyte", "value"),
    [
        ("UNABLE TO ESTIMATE DUE TO PLATELET CLUMPS.", "plt_clumps", "present"),
        ("NORMAL.  NO CLUMPS SEEN.", None, "NORMAL.  NO CLUMPS SEEN."),
        ("LOW.", None, "LOW."),
    ],
)
def test_a_platelet_smear_reports_clumps_only(
    labs: Labs, comments: str, analyte: str | None, value: str
) -> None:
    rows = labs({"itemid": "51266", "comments": comments})
    assert (_analytes(rows), rows["value"].to_list()) == ([analyte], [value])


def test_the_other_columns(labs: Labs, write: Callable[..., Path]) -> None:
    write("d_labitems", {"itemid": "51222", "label": " Hemoglobin"})
    rows = labs(
        {
            "storetime": "2150-03-01 08:00:00",
            "value": "9.8",
            "ref_range_lower": "12",
            "ref_range_upper": "16",
            "flag": "abnormal",
            "comments": "CORRECTED RESULT, PREVIOUSLY REPORTED AS 8.9.",
        },
        {"comments": "CORRECTED FOR NRBC.", "value": "9"},
    )
    first = rows.row(0, named=True)
    assert {key: first[key] for key in ("patient_id", "specimen_id", "result_id", "name")} == {
        "patient_id": "1",
        "specimen_id": "70",
        "result_id": "1",
        "name": "Hemoglobin",
    }
    assert (first["collected_at"], first["resulted_at"]) == ("2150-03-01 07:00:00", "2150-03-01 08:00:00")
    assert (first["reference_low"], first["reference_high"], first["abnormal_flag"]) == (
        "12",
        "16",
        "abnormal",
    )
    assert rows["status"].to_list() == ["corrected", None]
    assert set(rows.columns) - {"source_file", "source_line"} <= set(
        EXTRACT_TABLES["lab_results"].column_names
    )
    others = rows.drop("source_line")
    assert set(others.dtypes) == {pl.String}


def test_no_row_is_dropped_whatever_it_says(labs: Labs) -> None:
    rows = labs({"itemid": ""}, {"charttime": "never"}, {"subject_id": ""}, {"value": "x"}, {"value": "x"})
    assert rows["source_line"].to_list() == [2, 3, 4, 5, 6]


def test_a_line_end_inside_a_comment_moves_the_lines_after_it(labs: Labs) -> None:
    rows = labs({"comments": "SEE\nNOTE,\nPLEASE"}, {"comments": 'A "QUOTED" WORD'}, {"comments": "B\nC"}, {})
    assert rows["source_line"].to_list() == [2, 5, 6, 8]
    assert rows["result_id"].to_list() == ["1", "2", "3", "4"]


def test_lines_are_right_in_a_file_that_is_read_by_several_threads(labs: Labs) -> None:
    padding = "PADDING " * 40
    rows = labs(*({"comments": padding} for _ in range(60_000)))  # 20 MB: several of DuckDB's buffers
    assert rows.select((pl.col("result_id").cast(pl.Int64) + 1 == pl.col("source_line")).all()).item()


def test_an_extract_without_results_is_reported_as_such(
    write: Callable[..., Path], extract: Path, screened: Callable[..., Path], patient: Row
) -> None:
    """And not by the name of a file that the adapter wrote."""
    write("patients", patient)
    write("labevents")
    with pytest.raises(ExtractError, match=r"^The extract holds no laboratory results: no record"):
        screened("mimic-iv", extract)
