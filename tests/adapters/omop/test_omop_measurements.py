"""What measurements become, what the files may look like, and a night on them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from flows.adapters import adapt, source_files
from flows.errors import ExtractError
from tests.adapters.omop.cdm import CDM, CONCEPT, MEASUREMENT, RELATIONSHIP

Tables = Callable[..., Path]
Read = Callable[..., pl.DataFrame]


def test_a_measurement_becomes_code_value_and_unit(read: Read) -> None:
    rows = read("lab_results")
    assert rows.select("result_id", "code_system", "code", "value", "unit").rows() == [
        ("11", "LOINC", "718-7", "9.1", "g/dL"),
        ("12", "LOINC", "787-2", "70", "fL"),
        ("13", "LOINC", "2276-4", "<5", "ng/mL"),
        ("14", "LOINC", "718-7", "12.5", "g/L?"),  # a concept of the hospital's, mapped to one LOINC code
        ("15", "LOINC", "718-7", "13.5", "g/dL"),  # the same, known by its source concept alone
        ("16", None, "XX", "1", "mg"),  # mapped to two: to none
        ("17", "LOINC", "7796-6", "Present", None),
        ("18", "LOINC", "1988-5", "<3", "mg/L"),  # the text kept the sign that the number lost
        ("19", "LOINC", "1988-5", "3", "mg/L"),  # they disagree
        ("20", "LOINC", "1988-5", "HEMOLYZED", "mg/L"),
        ("21", "LOINC", "777-3", "7", "10*9/L"),  # no such concept, but a LOINC code by its check digit
        ("22", None, "777-4", "7", "10*9/L"),
        ("23", "SNOMED", "165109007", "7", None),
    ]
    first = rows.row(0, named=True)
    assert (first["patient_id"], first["collected_at"]) == ("1", "2024-03-01 08:00:00")
    assert (first["reference_low"], first["reference_high"]) == ("12", "16")
    assert rows["collected_at"][3] == "2024-03-02"
    assert rows["source_line"].to_list() == list(range(2, 15))
    assert rows["source_file"].unique().to_list() == ["measurement.csv"]
    assert rows["name"][12] == 'A test of 4" "width"'  # quotes mean nothing between tabs


def test_a_mapping_that_was_withdrawn_maps_nothing(read: Read) -> None:
    """Athena keeps withdrawn pairs with a letter in invalid_reason: a test that once went to ferritin is hemoglobin now."""
    withdrawn = RELATIONSHIP + "2000000001 | 3001122 | Maps to | D\n"
    assert read("lab_results", CONCEPT_RELATIONSHIP=withdrawn)["code"].to_list()[3:5] == ["718-7", "718-7"]
    valid = RELATIONSHIP + "2000000001 | 3001122 | Maps to |\n"
    assert read("lab_results", CONCEPT_RELATIONSHIP=valid)["code"].to_list()[3:5] == ["HB", "our Hb"]


def test_the_sign_of_a_limit_is_not_lost_where_ids_are_fractions(read: Read) -> None:
    rows = read(
        "lab_results", measurement=MEASUREMENT.replace("4171756", "4171756.0").replace("| 0 |", "| 0.0 |")
    )
    assert rows["value"].to_list()[2] == "<5"
    assert rows["code"].to_list()[4] == "718-7"  # a test without a standard concept
    assert rows["value"].to_list()[0] == "9.1"


@pytest.mark.parametrize(
    ("operator", "value"),
    [
        ("4171756", "<5"),
        ("4171754", "<=5"),
        ("4172704", ">5"),
        ("4171755", ">=5"),
        ("4172703", "5"),
        ("0", "5"),
        ("", "5"),
    ],
)
def test_operators(read: Read, operator: str, value: str) -> None:
    measured = MEASUREMENT.replace("| 4171756 | 5 |", f"| {operator} | 5 |")
    assert read("lab_results", measurement=measured)["value"][2] == value


def test_no_answer_is_not_the_concept_for_none(read: Read) -> None:
    none = CONCEPT + "0 | No matching concept | Meas Value | None | Undefined | | No matching concept |\n"
    measured = MEASUREMENT.replace("| 4181412 |", "| 0 |")
    assert read("lab_results", CONCEPT=none, measurement=measured)["value"][6] == "PLT CLUMPS SEEN"


def test_a_unit_that_is_no_ucum_code_comes_from_the_source_value(read: Read) -> None:
    local = CONCEPT + "9001 | kilo per microliter | Unit | SNOMED | Unit | S | 77 |\n"
    measured = MEASUREMENT.replace("| 7 | | | | | 777-3", "| 7 | | 9001 | | | 777-3")
    assert read("lab_results", CONCEPT=local, measurement=measured)["unit"][10] == "10*9/L"
    measured = measured.replace("| 10*9/L", "|")
    assert read("lab_results", CONCEPT=local, measurement=measured)["unit"][10] == "kilo per microliter"


def test_a_test_of_which_only_the_id_is_known_has_a_system_of_its_own(read: Read) -> None:
    """The id as a code of the site's own could be taken for a code that the site maps."""
    measured = MEASUREMENT.replace("| 777-4 |", "| |")
    assert read("lab_results", measurement=measured).select("code", "code_system").row(11) == ("999", "OMOP")


def test_the_id_of_an_answer_is_no_number(read: Read) -> None:
    """Without its concept an answer is not told; as a number, 4181412 would be a result."""
    concepts = "\n".join(line for line in CONCEPT.splitlines() if not line.startswith("4181412"))
    measured = MEASUREMENT.replace("PLT CLUMPS SEEN", "")
    rows = read("lab_results", CONCEPT=concepts, measurement=measured)
    assert rows["value"].to_list()[6] == "concept 4181412"
    assert rows["value"].to_list()[9] == "HEMOLYZED"


@pytest.mark.parametrize(
    ("words", "number", "value"),
    [
        ("<5", "5", "<5"),
        (" < 5.0 ng/mL", "5", "<5"),
        ("<=5 L", "5.0", "<=5.0"),
        (">1,500", "1500", ">1500"),
        ("<.5", "0.5", "<0.5"),
        ("≤5", "5", "<=5"),
        ("≥ 60", "60", ">=60"),
        ("Less than 5", "5", "<5"),
        ("GREATER THAN 20 NG/ML", "20", ">20"),
        ("<6", "5", "5"),
        ("<5-10", "5", "5"),
        ("<5 10", "5", "5"),
        ("5 <", "5", "5"),
        ("", "5", "5"),
    ],
)
def test_the_sign_of_a_limit_that_the_number_lost(read: Read, words: str, number: str, value: str) -> None:
    lines = MEASUREMENT.strip().splitlines()
    lost = f"18 | 2 | 3020460 | 2024-03-02 | | | {number} | | | | | CRP | | mg/L | {words}"
    assert read("lab_results", measurement=f"{lines[0]}\n{lost}")["value"].to_list() == [value]


@pytest.mark.parametrize(
    ("stamp", "hour", "collected"),
    [
        ("", "08:30:00", "2024-03-01 08:30:00"),
        ("", "8:30", "2024-03-01 8:30"),
        ("", "08:30:00.0", "2024-03-01 08:30:00.0"),
        ("2024-03-01 00:00:00", "08:30:00", "2024-03-01 08:30:00"),
        ("2024-03-01T00:00", "08:30", "2024-03-01 08:30"),
        ("2024-03-01 09:00:00", "08:30:00", "2024-03-01 09:00:00"),
        ("2024-02-29 00:00:00", "08:30:00", "2024-02-29 00:00:00"),
        ("2024-03-01 00:00:00", "2024-03-01", "2024-03-01 00:00:00"),
        ("", "", "2024-03-01"),
    ],
)
def test_the_hour_may_stand_apart(read: Read, stamp: str, hour: str, collected: str) -> None:
    head, first, *_ = MEASUREMENT.strip().splitlines()
    first = first.replace("2024-03-01 08:00:00", stamp)
    measured = f"{head} | measurement_time\n{first} | {hour}"
    assert read("lab_results", measurement=measured)["collected_at"].to_list() == [collected]


@pytest.mark.parametrize(("separator", "suffix"), [("\t", ".csv.gz"), (",", ".csv")])
def test_separators_and_packing_make_no_difference(read: Read, separator: str, suffix: str) -> None:
    concept = CONCEPT.replace(", ", " ").replace('"', "")
    rows = read("lab_results", separator, suffix, CONCEPT=concept)
    assert rows["code"].to_list()[:3] == ["718-7", "787-2", "2276-4"]
    assert rows["source_line"].to_list() == list(range(2, 15))


def test_a_table_in_several_files(tables: Tables, tmp_path: Path) -> None:
    folder = tables({**CDM, "measurement_1": MEASUREMENT, "MEASUREMENT_02": MEASUREMENT})
    (folder / "measurement.csv").unlink()
    rows = pl.read_parquet(adapt("omop", folder, tmp_path / "out") / "lab_results.parquet")
    assert dict(rows["source_file"].value_counts().iter_rows()) == {
        "measurement_1.csv": 13,
        "MEASUREMENT_02.csv": 13,
    }
    assert rows.group_by("source_file").agg(pl.col("source_line").n_unique())["source_line"].to_list() == [
        13,
        13,
    ]


def test_a_table_as_a_folder_of_parquet_files(tables: Tables, tmp_path: Path) -> None:
    folder = tables(CDM)
    texts = pl.read_csv(folder / "measurement.csv")
    (folder / "measurement.csv").unlink()
    (folder / "measurement").mkdir()
    texts.head(5).write_parquet(folder / "measurement" / "part-0.parquet")
    texts.tail(8).write_parquet(folder / "measurement" / "part-1.parquet")
    rows = pl.read_parquet(adapt("omop", folder, tmp_path / "out") / "lab_results.parquet")
    rows = rows.sort("source_file", "source_line")
    assert rows["source_file"].unique().sort().to_list() == [
        "measurement/part-0.parquet",
        "measurement/part-1.parquet",
    ]
    assert rows["code"].to_list()[:3] == ["718-7", "787-2", "2276-4"]
    assert rows["source_line"].to_list() == [*range(1, 6), *range(1, 9)]


def test_the_time_of_a_specimen_is_the_time_of_collection(read: Read) -> None:
    specimen = "specimen_id | specimen_datetime | specimen_source_id\n900 | 2024-02-28 07:30:00 | A-17\n"
    concept = CONCEPT + "1147049 | specimen | Metadata | CDM | Field | S | specimen.specimen_id |\n"
    head, first, *others = MEASUREMENT.strip().splitlines()
    pointing = "\n".join(
        [
            f"{head} | measurement_event_id | meas_event_field_concept_id",
            f"{first} | 900 | 1147049",
            *(f"{line} | 900 |" for line in others),
        ]
    )
    rows = read("lab_results", specimen=specimen, CONCEPT=concept, measurement=pointing)
    assert rows.select("collected_at", "specimen_id").rows()[:2] == [
        ("2024-02-28 07:30:00", "A-17"),
        ("2024-03-01 08:00:00", None),
    ]


@pytest.mark.parametrize(
    ("day", "moment", "collected"),
    [
        ("2024-02-28", "", "2024-02-28"),
        ("2024-02-28 00:00:00", "", "2024-02-28"),
        ("2024-03-01", "", "2024-03-01 08:00:00"),  # the measurement knows the hour
        ("2024-02-28", "2024-02-28 07:30:00", "2024-02-28 07:30:00"),
        ("", "", "2024-03-01 08:00:00"),
    ],
)
def test_a_specimen_may_know_its_day_only(read: Read, day: str, moment: str, collected: str) -> None:
    specimen = f"specimen_id | specimen_date | specimen_datetime\n900 | {day} | {moment}\n"
    concept = CONCEPT + "1147049 | specimen | Metadata | CDM | Field | S | specimen.specimen_id |\n"
    head, first, *_ = MEASUREMENT.strip().splitlines()
    pointing = f"{head} | measurement_event_id | meas_event_field_concept_id\n{first} | 900 | 1147049"
    rows = read("lab_results", specimen=specimen, CONCEPT=concept, measurement=pointing)
    assert rows["collected_at"].to_list() == [collected]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"measurement": None}, "has no measurement.csv, .csv.gz or .parquet"),
        (
            {"measurement": MEASUREMENT.replace("value_as_number", "value")},
            "measurement.csv, line 1: the column value_as_number is missing.",
        ),
        ({"measurement": MEASUREMENT + "24 | SECRET\n"}, "measurement.csv, line 15: not well-formed CSV"),
    ],
)
def test_what_cannot_be_read(read: Read, changed: dict[str, str | None], words: str) -> None:
    with pytest.raises(ExtractError) as caught:
        read("lab_results", **changed)
    assert words in str(caught.value)
    assert "SECRET" not in str(caught.value)


def test_records_that_tell_nothing_are_counted(tables: Tables, tmp_path: Path) -> None:
    files = source_files(adapt("omop", tables(CDM, separator="\t"), tmp_path / "out"))
    assert {file.name: file.left_out for file in files if file.table} == {
        "measurement.csv": 0,
        "person.csv": 0,
        "condition_occurrence.csv": 1,
        "procedure_occurrence.csv": 1,
        "observation.csv": 1,
        "drug_exposure.csv": 2,
        "visit_occurrence.csv": 1,
    }


def test_a_night_accounts_for_every_record(tables: Tables, screened: Callable[..., Path]) -> None:
    night = screened("omop", tables(CDM, separator="\t"))
    files = json.loads((night / "run.json").read_text(encoding="utf-8"))["input_files"]
    fates = ("accepted", "duplicate", "superseded", "ignored", "quarantined")
    assert all(sum(file[fate] for fate in fates) == file["rows"] for file in files)
    assert {file["source_file"]: file["rows"] for file in files} == {
        "measurement.csv": 13,
        "person.csv": 3,
        "condition_occurrence.csv": 3,
        "procedure_occurrence.csv": 4,
        "observation.csv": 2,
        "drug_exposure.csv": 6,
        "visit_occurrence.csv": 4,
        "observation_period.csv": 2,
    }
    members = pl.read_parquet(night / "membership.parquet").filter(patient_id="1", status="met")
    assert "iron_deficiency_anemia" in members["rule_id"].to_list()
    why = pl.read_parquet(night / "why.parquet").filter(patient_id="1", rule_id="iron_deficiency_anemia")
    assert "<5" in why["source_value"].to_list()
